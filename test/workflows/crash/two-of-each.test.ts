import { followEvents, type EventStream, type SentEvent } from '../../api/support/event-client';
import { startProgram, type ChildProgram } from '../../support/child-program';
import { workflowIds } from '../../../workflows/names';
import { lastRequest, pictureOf, writesTo } from '../faults/support/picture';
import { onFault } from '../faults/support/on-fault';
import { startLab, type Lab } from './support/lab';

jest.setTimeout(240_000);

interface ApiProcess {
  url: string;
  program: ChildProgram;
}

interface AuditRow {
  seq: number;
  phase: string;
  intentSeq: number | null;
  result: string | null;
  action: string;
  object: { type: string; id: string | null } | null;
  runId: string | null;
}

/** Two API processes and two workers, each a process of its own, on one database and one Temporal. */
let lab: Lab;
let apis: [ApiProcess, ApiProcess];
let workers: [ChildProgram, ChildProgram];

beforeAll(async () => {
  lab = await startLab('4.7');
  apis = await Promise.all([startApiProcess(), startApiProcess()]);
  workers = await Promise.all([lab.startWorker(), lab.startWorker()]);
});
afterAll(async () => {
  await Promise.all(apis.map(({ program }) => program.kill()));
  await lab.stop();
});

async function startApiProcess(): Promise<ApiProcess> {
  const program = startProgram('api/main.ts', [], { ...lab.world.environment, PROXBOX_LOG_LEVEL: 'info' });
  for (;;) {
    const url = /"API: (http[^"]+)"/.exec(await program.nextLine())?.[1];
    if (url !== undefined) return { url, program };
  }
}

const headers = (): Record<string, string> => ({ authorization: `Bearer ${lab.world.environment['PROXBOX_API_KEY']}` });

async function ask<T>(api: ApiProcess, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(api.url + path, {
    method,
    headers: { ...headers(), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json() as Promise<T>;
}

/** Holds NetBox at work on the first interfaces, and says when it has come that far. */
function middleOfTheWriting(): Promise<void> {
  const { faults } = lab.netbox.simulator;
  const match = { method: 'POST', pathPattern: '^/api/virtualization/interfaces/$', nth: 1 };
  faults.add({ match, when: 'before', action: { kind: 'delay', ms: 4_000 } });
  return new Promise(resolve => onFault<never, unknown>(faults, () => resolve()));
}

/** The process that is at work for an endpoint: Temporal knows it as `pid@host`. */
async function writerOf(endpointId: string): Promise<ChildProgram> {
  for (;;) {
    const { raw } = await lab.world.client.workflow.getHandle(workflowIds.endpointSync(endpointId)).describe();
    const identity = raw.pendingActivities?.map(({ lastWorkerIdentity }) => lastWorkerIdentity ?? '').find(name => name !== '');
    const found = workers.find(({ process }) => identity?.startsWith(`${process.pid}@`));
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Events until the stream is cut off. */
async function untilCutOff(stream: EventStream): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  try {
    for (;;) events.push(await stream.next());
  } catch {
    return events;
  }
}

describe('an API process and a worker are killed in the middle of a sync', () => {
  let runId: string;
  let before: SentEvent[];
  let after: SentEvent[];

  beforeAll(async () => {
    const [one, other] = apis;
    const endpointId = lab.shown[0]?.id ?? '';
    const reached = middleOfTheWriting();
    runId = (await ask<{ id: string }>(one, 'POST', '/full-update', {})).id;
    const stream = await followEvents(`${one.url}/runs/${runId}/events`, headers());
    const told = untilCutOff(stream);
    await reached;
    await Promise.all([one.program.kill(), (await writerOf(endpointId)).kill()]);
    before = await told;
    const last = before.at(-1)?.id ?? '0';
    after = await (await followEvents(`${other.url}/runs/${runId}/events`, { ...headers(), 'last-event-id': last })).rest();
  });

  test('the stream goes on at the other API: no event is lost, and none comes twice', async () => {
    expect(before.length).toBeGreaterThan(3);
    expect(after.length).toBeGreaterThan(3);
    const ids = [...before, ...after].map(({ id }) => Number(id));
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1));
    const { rows } = await lab.world.database.pool.query('select max(id)::int as last from run_event where root_id = $1', [
      runId,
    ]);
    expect(rows).toEqual([{ last: ids.length }]);
  });

  test('it tells of each step once, of every kind that was written, and ends with the end', () => {
    const all = [...before, ...after];
    const steps = all
      .filter(({ event }) => event === 'step')
      .map(({ data }) => `${String(data['step'])} ${String(data['status'])}`);
    expect(steps).toEqual([
      'endpoints started',
      ...['observe', 'plan', 'apply', 'verify'].flatMap(step => [`${step} started`, `${step} completed`]),
      'endpoints completed',
    ]);
    const kinds = all.filter(({ event }) => event === 'substep').map(({ data }) => data['substep']);
    expect(kinds).toEqual([...new Set(kinds)]);
    expect(kinds).toEqual(expect.arrayContaining(['virtual-machine', 'interface', 'ip-address', 'virtual-disk']));
    expect(all.filter(({ event }) => event === 'complete').map(({ data }) => data['ok'])).toEqual([true, true]);
    expect(all.at(-1)).toMatchObject({ event: 'complete', data: { run: runId, endpoint: null, result: { state: 'completed' } } });
  });

  test('the run completes on the other worker, and NetBox is what Proxmox is', async () => {
    const [, other] = apis;
    const run = await ask<{ state: string; message: string | null; counts: Record<string, number> }>(
      other,
      'GET',
      `/runs/${runId}`,
    );
    expect(run).toMatchObject({ state: 'completed', message: null, counts: { refused: 0, skipped: 0, notReflected: 0 } });
    const vms = pictureOf(lab.netbox, lab.shown)['virtualization/virtual-machines'] ?? {};
    expect(Object.keys(vms)).toHaveLength(lab.proxmox.world.truth().guests.length);
    const from = lastRequest(lab.netbox);
    const again = await ask<{ id: string }>(other, 'POST', '/full-update', {});
    expect(await lab.world.awaitRun(again.id)).toMatchObject({ state: 'completed' });
    expect(writesTo(lab.netbox, from)).toEqual([]);
  });

  test('who asked for it stands in the audit log, before and after', async () => {
    const { items } = await ask<{ items: AuditRow[] }>(apis[1], 'GET', '/audit?action=sync.start&limit=100');
    const outcome = items.find(row => row.runId === runId && row.phase === 'outcome');
    expect(outcome).toMatchObject({ result: 'succeeded' });
    expect(items.find(({ seq }) => seq === outcome?.intentSeq)).toMatchObject({ phase: 'intent' });
  });
});

test('an API process is killed among changes: none of those that it made lacks its audit row, and the log verifies', async () => {
  const [, other] = apis;
  const third = await startApiProcess();
  const create = (name: string) =>
    ask<{ id: string }>(third, 'POST', '/endpoints', {
      name,
      url: 'https://pve.example.com:8006',
      enabled: false,
      tls: { mode: 'insecure' },
      credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: '6f2b1c58-77c1-4c37-8a5e-0d2f60a0f3a1' } },
    });
  const answered: string[] = [];
  const asked = Array.from({ length: 30 }, async (_, n) => {
    answered.push((await create(`audited-${n}`)).id);
    // In the middle of the others.
    if (answered.length === 8) await third.program.kill();
  });
  await Promise.allSettled(asked);
  await third.program.kill();
  expect(answered.length).toBeGreaterThanOrEqual(8);

  const made = (await ask<{ items: { id: string; name: string }[] }>(other, 'GET', '/endpoints?limit=100')).items.filter(
    ({ name }) => name.startsWith('audited-'),
  );
  expect(made.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
  const { items: rows } = await ask<{ items: AuditRow[] }>(other, 'GET', '/audit?action=endpoint.create&limit=500');
  const outcomes = rows.filter(({ phase, object }) => phase === 'outcome' && made.some(({ id }) => id === object?.id));
  expect(outcomes.map(({ object }) => object?.id)).toEqual(expect.arrayContaining(answered));
  const { items: open } = await ask<{ items: AuditRow[] }>(other, 'GET', '/audit/open-intents?olderThanSeconds=0');
  expect(outcomes.length + open.filter(({ action }) => action === 'endpoint.create').length).toBeGreaterThanOrEqual(made.length);
  expect(await ask(other, 'GET', '/audit/verify')).toMatchObject({ intact: true });
});
