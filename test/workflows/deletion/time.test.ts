import { WorkflowUpdateFailedError } from '@temporalio/client';
import { insertTarget } from '../../../database/repositories/notifications/targets';
import type { NotificationEvent } from '../../../domain/notifications/events';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startTimeLab, type TimeLab, type Waiting } from './support/time-lab';

jest.setTimeout(120_000);

const DAY = 86_400_000;
const HOUR = 3_600_000;

let lab: TimeLab;
let cluster: Cluster;
let next = 100;

beforeAll(async () => {
  lab = await startTimeLab({ PROXBOX_DELETION_LOOK_SECONDS: '' }, async own => {
    await own.world.api('PATCH', '/settings', { deletion_look_seconds: 300 }, { 'if-match': '*' });
    cluster = await own.writable(
      'time',
      Array.from({ length: 20 }, (_, index) => vm(100 + index, `vm-${100 + index}`, { power: 'stopped' })),
    );
  });
});
afterEach(() => {
  for (const name of Object.keys(lab.around)) delete lab.around[name as keyof TimeLab['around']];
});
afterAll(() => lab?.stop());

const fresh = (): Promise<Waiting> => lab.wait(cluster, next++);
const tagsOf = (vmid: number): string => String(cluster.proxmox.world.guest(vmid).config['tags'] ?? '');
const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
const approve = async (asked: Waiting): Promise<string> => {
  const code = await lab.codeOf(asked, 'approve');
  return asked.handle
    .executeUpdate<{ state: string }, [string]>('approve', { args: [code] })
    .then(({ state }) => state)
    .catch((error: unknown) =>
      error instanceof WorkflowUpdateFailedError
        ? `refused: ${(error.cause as { type?: string }).type ?? ''}`
        : Promise.reject(error),
    );
};
/** When a decision reaches the database, its request expires so long after it, by the clock of the workflow. */
const expiresAfterDecision = (ms: number): void => {
  lab.around.recordDecision = async ({ requestId, now = 0 }, real) => {
    const change = 'update deletion_request set deadline = $2 where id = $1';
    await lab.world.database.pool.query(change, [requestId, new Date(now + ms)]);
    return real();
  };
};

describe('time to live', () => {
  test('a request that nobody decides about expires after seven days, and the guest is as before', async () => {
    const asked = await fresh();
    await expect(asked.handle.result()).resolves.toEqual({ state: 'expired' });
    expect(asked.deadline - asked.openedAt).toBe(7 * DAY);
    expect(await lab.time.currentTimeMs()).toBeGreaterThanOrEqual(asked.deadline);
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'expired', proxboxState: 'rejected', proxboxReason: 'TTL' });
    expect(tagsOf(asked.vmid)).not.toContain('proxbox');
    expect(deletesOf(asked.vmid)).toEqual([]);
  });

  test.each([
    [1_000, 'approved'],
    [0, 'refused: expired'],
    [-1_000, 'refused: expired'],
  ])('an approval with %i milliseconds left: %s', async (left, answer) => {
    const asked = await fresh();
    // Not carried out, so that the deadline is all that can end it.
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    expiresAfterDecision(left);
    expect(await approve(asked)).toBe(answer);
    await expect(asked.handle.result()).resolves.toEqual({ state: 'expired' });
    expect((await lab.closed(asked.id)).reasons).toMatchObject([{ code: 'TTL' }]);
    expect(deletesOf(asked.vmid)).toEqual([]);
  });

  test('an approval that can be carried out in time is, and the deadline stops', async () => {
    const asked = await fresh();
    await lab.time.sleep(7 * DAY - HOUR);
    expect(await approve(asked)).toBe('approved');
    await expect(asked.handle.result()).resolves.toEqual({ state: 'destroyed' });
    expect(deletesOf(asked.vmid)).toHaveLength(1);
  });
});

describe('people are told', () => {
  const told = async (asked: Waiting, target: string): Promise<string[]> => {
    const { rows } = await lab.world.database.pool.query<{ event: string }>(
      `select d.message->'items'->0->>'event' as event from notification_delivery d join notification_target t on t.id = d.target_id
        where d.about like $1 and t.name = $2 order by d.created_at, event`,
      [`deletion/${asked.id}/%`, target],
    );
    return rows.map(({ event }) => event);
  };
  const subscribe = (name: string, id: string, events: NotificationEvent[]): Promise<void> =>
    insertTarget(
      lab.world.database.pool,
      id,
      {
        ...{ name, kind: 'mail', enabled: true, recipients: [`${name}@example.com`], url: null },
        ...{ staleAfterHours: 24, expiresWithinDays: 14 },
        subscriptions: events.map(event => ({ event, endpointId: null })),
      },
      null,
    );

  beforeAll(async () => {
    await subscribe('deciders', '00000000-0000-4000-8000-000000000001', ['deletion-requested', 'deletion-reminder']);
    await subscribe('escalation', '00000000-0000-4000-8000-000000000002', ['deletion-escalation']);
    await subscribe('requesters', '00000000-0000-4000-8000-000000000003', ['deletion-ended']);
  });

  test('at half of the time those who may decide, at three quarters also whoever it is escalated to, at the end whoever asked', async () => {
    const asked = await fresh();
    expect(await told(asked, 'deciders')).toEqual(['deletion-requested']);
    await lab.time.sleep(3.6 * DAY);
    expect(await told(asked, 'deciders')).toEqual(['deletion-requested', 'deletion-reminder']);
    expect(await told(asked, 'escalation')).toEqual([]);
    await lab.time.sleep(1.8 * DAY);
    expect(await told(asked, 'deciders')).toEqual(['deletion-requested', 'deletion-reminder', 'deletion-reminder']);
    expect(await told(asked, 'escalation')).toEqual(['deletion-escalation']);
    expect(await told(asked, 'requesters')).toEqual([]);
    await asked.handle.result();
    expect(await told(asked, 'requesters')).toEqual(['deletion-ended']);
    const { rows } = await lab.world.database.pool.query<{ text: string }>(
      `select message->'items'->0->>'message' as text from notification_delivery where about = $1`,
      [`deletion/${asked.id}/escalation`],
    );
    expect(rows[0]?.text).toMatch(/still waits for a decision: it expires at .* May decide: .*approver\./);
  });

  test.each(['approve', 'reject', 'cancel'] as const)('of the end after %s', async verdict => {
    const asked = await fresh();
    const by = verdict === 'cancel' ? lab.requester : lab.approver;
    const reason = verdict === 'reject' ? { reason: 'still in use' } : {};
    const { code } = (await lab.decide(by, asked.id, 'code', { verdict, ...reason })).body;
    await asked.handle.signal(verdict, code);
    await asked.handle.result();
    expect(await told(asked, 'requesters')).toEqual(
      verdict === 'approve' ? ['deletion-ended', 'deletion-ended'] : ['deletion-ended'],
    );
  });
});

describe('an approval that cannot be carried out', () => {
  test('is looked at every five minutes', async () => {
    const asked = await fresh();
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    let looks = 0;
    lab.around.sendDestroy = (_, real) => {
      looks++;
      return real();
    };
    expect(await approve(asked)).toBe('approved');
    await lab.until(asked.id, 'blocked');
    await lab.time.sleep('16 minutes');
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(looks).toBeLessThanOrEqual(5);
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
    await expect(asked.handle.result()).resolves.toEqual({ state: 'destroyed' });
  });

  test('is looked at at once when somebody asks for it', async () => {
    const asked = await fresh();
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    await approve(asked);
    await lab.until(asked.id, 'blocked');
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
    const before = await lab.time.currentTimeMs();
    await asked.handle.signal('look');
    await lab.closed(asked.id);
    expect((await lab.time.currentTimeMs()) - before).toBeLessThan(300_000);
    expect((await lab.show(asked.id)).state).toBe('destroyed');
  });

  test('counts no more after a day, by the clock of the workflow: somebody must approve again, and the deadline stays', async () => {
    await lab.world.api('PATCH', '/settings', { deletion_look_seconds: 3_600 }, { 'if-match': '*' });
    const asked = await fresh();
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    await approve(asked);
    await lab.time.sleep(23 * HOUR);
    expect((await lab.show(asked.id)).state).toBe('blocked');
    await lab.time.sleep(2 * HOUR);
    expect(await lab.show(asked.id)).toMatchObject({
      state: 'pending',
      round: 2,
      deadline: new Date(asked.deadline).toISOString(),
      reasons: [{ code: 'approval_stale' }],
    });
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
    await lab.time.sleep(HOUR);
    expect(deletesOf(asked.vmid)).toEqual([]);
    expect(await approve(asked)).toBe('approved');
    await expect(asked.handle.result()).resolves.toEqual({ state: 'destroyed' });
  });
});
