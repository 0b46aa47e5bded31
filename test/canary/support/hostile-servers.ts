import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface HostileServer {
  url: string;
  /** Requests that it has answered. */
  answered: number;
  close(): Promise<void>;
}

/**
 * Answers every request with an error that repeats the whole of it, in the reason and in the body: the worst Proxmox, webhook or provider.
 * @param well what it answers well, by path, given its own address.
 */
export async function startEcho(
  status: number,
  well: Readonly<Record<string, (url: string) => object>> = {},
): Promise<HostileServer> {
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (part: string) => (body += part));
    req.on('end', () => {
      const answer = well[req.url ?? '']?.(echo.url);
      if (answer !== undefined) return void res.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      const said = `${req.method} ${req.url} ${JSON.stringify(req.headers)} ${body}`;
      echo.answered++;
      res.writeHead(status, said.replaceAll(/[^\x20-\x7e]/g, ' '), { 'content-type': 'application/json' });
      res.end(
        JSON.stringify({ data: null, message: said, detail: said, error: said, error_description: said, errors: { said } }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const echo: HostileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered: 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return echo;
}

/** A mail server that knows nobody, and repeats the password that it refuses. */
export async function startEchoingMail(): Promise<HostileServer & { port: number }> {
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ password }, _session, done) => {
      mail.answered++;
      done(new Error(`unknown password ${password}`));
    },
  });
  server.on('error', () => {});
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const mail = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    answered: 0,
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  };
  return mail;
}
