import { type ApiServer, startApiServer } from '../../api/support/api-server';
import { type CommandOptions, type Outcome, proxbox } from './proxbox';

export interface CliServer extends ApiServer {
  /** What a command needs to reach it. */
  env: Record<string, string>;
  run(args: string[], options?: CommandOptions): Promise<Outcome>;
  /** The JSON that a command prints; it has to succeed. */
  json<T = Record<string, unknown>>(args: string[], options?: CommandOptions): Promise<T>;
}

/** An API with a Temporal that only records, and commands that know its address. */
export async function startCliServer(): Promise<CliServer> {
  const server = await startApiServer();
  const env = { PROXBOX_URL: server.url, PROXBOX_TOKEN: server.key };
  const run = (args: string[], options: CommandOptions = {}): Promise<Outcome> =>
    proxbox(args, { ...options, env: { ...env, ...options.env } });
  return {
    ...server,
    env,
    run,
    async json<T>(args: string[], options?: CommandOptions) {
      const { code, stdout, stderr } = await run([...args, '--json'], options);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
  };
}
