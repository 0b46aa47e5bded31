import { searchAttributes } from '../../../temporal/search-attributes';
import { vm } from './support/guests';
import { startLab, type Cluster, type EndpointRun, type Lab } from './support/lab';

jest.setTimeout(120_000);

const GUESTS = 60;

let lab: Lab;
let home: Cluster;
let run: EndpointRun;
beforeAll(async () => {
  lab = await startLab({ env: { PROXBOX_BULK_BATCH_SIZE: '10' } });
  const guests = Array.from({ length: GUESTS }, (_, index) =>
    vm(100 + index, `tellmenot-${index}`, { config: { tags: 'hushhush' } }),
  );
  home = await lab.cluster('lab', guests, { fields: { name: 'home' } });
  run = await lab.sync(home);
});
afterAll(() => lab.stop());

/** Every text of a value, with the contents of payloads. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Of the sync alone: what a schedule starts each minute may have run, too. */
async function histories() {
  const found = [];
  const query = "WorkflowType IN ('fullSync', 'endpointSync')";
  for await (const info of lab.world.client.workflow.list({ query })) {
    const handle = lab.world.client.workflow.getHandle(info.workflowId, info.runId);
    const history = await handle.fetchHistory();
    const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    found.push({ info, events: history.events ?? [], texts: textsIn(history), currentDetails: metadata.currentDetails });
  }
  return found;
}

test('the histories of a sync hold references and counts, and stay small however many guests there are', async () => {
  expect(run).toMatchObject({ state: 'completed', counts: { guests: GUESTS } });

  const all = await histories();

  expect(all.map(({ info }) => info.type).sort()).toEqual(['endpointSync', 'fullSync']);
  for (const { events, texts } of all) {
    const text = texts.join('\n');
    expect(events.length).toBeLessThan(100);
    expect(text.length).toBeLessThan(50_000);
    const { tokenId, secret } = home.proxmox.tokens.read;
    const kept = [
      'tellmenot',
      'hushhush',
      '10.9.',
      'BC:24:11',
      'bc:24:11',
      secret,
      tokenId,
      lab.netbox.token,
      home.proxmox.url,
      lab.netbox.url,
    ];
    expect(kept.filter(word => text.includes(word))).toEqual([]);
  }
});

test('a workflow shows in Temporal what it did: search attributes and current details', async () => {
  const all = await histories();
  const child = all.find(({ info }) => info.type === 'endpointSync')!;
  const parent = all.find(({ info }) => info.type === 'fullSync')!;
  const attribute = (info: typeof child.info, key: Parameters<typeof info.typedSearchAttributes.get>[0]) =>
    info.typedSearchAttributes.get(key);

  expect(child.info.workflowId).toBe(`sync/${home.id}`);
  expect(attribute(child.info, searchAttributes.endpoint)).toBe(home.id);
  expect(attribute(child.info, searchAttributes.state)).toBe('completed');
  expect(attribute(child.info, searchAttributes.changed)).toBe(run.counts['written']);
  expect(attribute(child.info, searchAttributes.dryRun)).toBe(false);
  expect(attribute(parent.info, searchAttributes.outcome)).toBe('completed');
  expect(child.currentDetails).toContain('completed');
  expect(parent.currentDetails).toContain('completed');
});

test('the endpoint, the guests and what became of them are in the API', async () => {
  expect(run.counts).toMatchObject({ guests: GUESTS, refused: 0, skipped: 0, notReflected: 0 });
  const plan = await lab.plan(run);
  expect(plan.filter(change => change.kind === 'virtual-machine')).toHaveLength(GUESTS);
  expect(new Set(plan.map(change => change.state))).toEqual(new Set(['done']));
});
