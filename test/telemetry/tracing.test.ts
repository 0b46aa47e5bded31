import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningNetBox, startNetBoxSimulator } from '../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { type ChildProgram, startProgram } from '../support/child-program';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  service: string;
}

interface Exported {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<Span, 'service'>[] }[];
  }[];
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const CANARY = 'canary-in-a-query';

let collector: Server;
const spans: Span[] = [];
let sent = '';
let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;
const programs: ChildProgram[] = [];

beforeAll(async () => {
  collector = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (part: string) => (body += part));
    req.on('end', () => {
      sent += body;
      for (const { resource, scopeSpans } of (JSON.parse(body) as Exported).resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
        spans.push(...scopeSpans.flatMap(scope => scope.spans.map(span => ({ ...span, service }))));
      }
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  [netbox, proxmox] = await Promise.all([startNetBoxSimulator(), startProxmoxSimulator({ world: { guests: 2, nodes: 1 } })]);
  world = await startSyncWorld(netbox);
  await world.addEndpoint('site-a', proxmox);
}, 120_000);

afterAll(async () => {
  await Promise.all(programs.map(program => program.kill()));
  await world?.stop();
  await Promise.all([proxmox?.close(), netbox?.close()]);
  collector.closeAllConnections();
  collector.close();
});

/** Runs a process that sends traces, until it says that it is ready. */
async function start(file: string, ready: RegExp): Promise<{ program: ChildProgram; found: string }> {
  const program = startProgram(file, [], {
    ...world.environment,
    PROXBOX_LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`,
  });
  programs.push(program);
  for (;;) {
    const found = ready.exec(await program.nextLine())?.[1];
    if (found !== undefined) return { program, found };
  }
}

test('a request, the workflows that it starts and their activities are one trace, which goes on with the caller’s', async () => {
  const [api, worker] = await Promise.all([
    start('api/main.ts', /"API: (http:[^"]+)"/),
    start('worker/main.ts', /"(worker: ready)"/),
  ]);
  const response = await fetch(`${api.found}/full-update?secret=${CANARY}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.environment['PROXBOX_API_KEY']}`,
      'content-type': 'application/json',
      traceparent: `00-${TRACE}-${CALLER}-01`,
    },
    body: '{}',
  });
  expect(response.status).toBe(202);
  expect(response.headers.get('traceparent')).toContain(TRACE);
  const { id } = (await response.json()) as { id: string };
  expect(await world.awaitRun(id)).toMatchObject({ state: 'completed' });

  // Ending sends what is left.
  await Promise.all([api, worker].map(({ program }) => program.kill('SIGTERM')));
  const trace = spans.filter(({ traceId }) => traceId === TRACE);
  const names = new Set(trace.map(({ name }) => name));
  expect([...names]).toEqual(
    expect.arrayContaining([
      'POST /full-update',
      'StartWorkflow:fullSync',
      'RunWorkflow:fullSync',
      'StartChildWorkflow:endpointSync',
      'RunWorkflow:endpointSync',
      'RunActivity:observeEndpoint',
      'RunActivity:planEndpoint',
    ]),
  );
  expect(trace.find(({ name }) => name === 'POST /full-update')).toMatchObject({ parentSpanId: CALLER, service: 'proxbox-api' });
  expect(trace.find(({ name }) => name === 'RunActivity:planEndpoint')).toMatchObject({ service: 'proxbox-worker' });
  const ids = new Set([CALLER, ...trace.map(({ spanId }) => spanId)]);
  expect(trace.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))).toEqual([]);

  for (const secret of [CANARY, netbox.token, proxmox.tokens.read.secret, world.environment['PROXBOX_API_KEY']]) {
    expect(sent).not.toContain(secret);
  }
}, 120_000);

test('a collector that is down keeps nobody from working or ending', async () => {
  collector.closeAllConnections();
  const before = spans.length;
  const closed = once(collector, 'close');
  const { port } = collector.address() as AddressInfo;
  collector.close();
  await closed;
  const program = startProgram('api/main.ts', [], {
    ...world.environment,
    PROXBOX_LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  programs.push(program);
  let url: string | undefined;
  while (url === undefined) url = /"API: (http:[^"]+)"/.exec(await program.nextLine())?.[1];
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const ended = once(program.process, 'exit');
  program.process.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(spans.length).toBe(before);
}, 60_000);

test('nothing of it is loaded without a collector', async () => {
  const program = startProgram('test/telemetry/programs/loaded.ts');
  programs.push(program);
  expect(JSON.parse(await program.nextLine())).toEqual({ tracing: false, loaded: [] });
}, 60_000);
