import { createHash, randomUUID } from 'node:crypto';
import { insertDecision, useCode, type Verdict } from '../../database/repositories/deletion/decisions';
import { insertRequester } from '../../database/repositories/deletion/requesters';
import {
  closeDeletion,
  countDestroyedToday,
  findDeletion,
  insertDeletion,
  moveDeletion,
  noteHold,
  permitSend,
  savePrepared,
  type NewDeletion,
} from '../../database/repositories/deletion/requests';
import type { DecidedAbout } from '../../domain/deletion/digest';
import type { DeletionState } from '../../domain/deletion/states';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** What the database holds by itself, whoever writes to it, and what each of its updates asks before it changes a row. */
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const HOUR = 3_600_000;
const [ann, eve] = [randomUUID(), randomUUID()];
const digest = 'd'.repeat(64);
const about: DecidedAbout = {
  ...{ cluster: 'a', kind: 'qemu', vmid: 100, name: 'web', evidence: {}, config: {}, pending: {}, disks: [], netbox: {} },
};
const query = (sql: string, ...values: unknown[]) => database.pool.query(sql, values);
const stateOf = async (id: string): Promise<DeletionState | undefined> => (await findDeletion(database.pool, id))?.state;

/** A request that somebody of ours asked for, and whose guest was read. */
async function pending(given: Partial<NewDeletion> = {}, asker: string | null = ann): Promise<string> {
  const id = randomUUID();
  const isNew = await insertDeletion(database.pool, {
    ...{ id, endpointId: randomUUID(), endpointName: 'a', kind: 'qemu', vmid: 100, name: null, netboxId: null },
    ...{ source: 'request', changeId: null, optIn: { by: 'request' }, reason: 'no longer needed', state: 'pending' },
    ...{ deadline: new Date(Date.now() + HOUR) },
    ...given,
  });
  if (!isNew) throw new Error('the guest has a request');
  await insertRequester(database.pool, id, { userId: asker, name: 'ann', how: 'asked', heldAtRequest: true });
  await savePrepared(database.pool, id, { name: 'web', node: 'pve1', netboxId: null, about, snapshot: {}, digest });
  return id;
}
async function approved(given: Partial<NewDeletion> = {}): Promise<string> {
  const id = await pending(given);
  await moveDeletion(database.pool, id, { from: 'pending', to: 'approved' });
  return id;
}
const permit = { from: 'approved', digest, round: 1, auditSeq: 1 } as const;
async function executing(given: Partial<NewDeletion> = {}): Promise<string> {
  const id = await approved(given);
  if (!(await permitSend(database.pool, id, { ...permit, now: Date.now() }))) throw new Error('it was not permitted');
  return id;
}
const decide = (requestId: string, userId: string, verdict: Verdict, selfApproveAllowed = false, why = 'no'): Promise<Date> => {
  const [name, reason] = ['somebody', verdict === 'reject' ? why : null];
  const decision = { id: randomUUID(), requestId, round: 1, verdict, userId, name, authenticatedBy: 'token', digest, reason };
  const hash = createHash('sha256').update(randomUUID()).digest();
  return insertDecision(database.pool, { ...decision, withoutBackup: false, selfApproveAllowed }, hash);
};

describe('the permit to send', () => {
  test.each<[string, Partial<Parameters<typeof permitSend>[2]>]>([
    ['another state than it has', { from: 'blocked' }],
    ['another digest than was prepared', { digest: 'e'.repeat(64) }],
    ['a round that is over', { round: 0 }],
    ['a time after its deadline', { now: Date.now() + 2 * HOUR }],
  ])('is not given for %s', async (_, wrong) => {
    const id = await approved();
    expect(await permitSend(database.pool, id, { ...permit, now: Date.now(), ...wrong })).toBe(false);
    expect(await findDeletion(database.pool, id)).toMatchObject({ state: 'approved', sentAt: null });
    expect(await permitSend(database.pool, id, { ...permit, now: Date.now() })).toBe(true);
    expect(await findDeletion(database.pool, id)).toMatchObject({ state: 'executing', sentAt: expect.any(Date) });
  });

  test('is answered "no" the second time, whatever state somebody says it is in', async () => {
    const id = await executing();
    expect(await permitSend(database.pool, id, { ...permit, now: Date.now() })).toBe(false);
    expect(await permitSend(database.pool, id, { ...permit, from: 'executing', now: Date.now() })).toBe(false);
  });

  test('is neither given again nor taken back by whoever writes to the table', async () => {
    const id = await executing();
    await expect(query(`update deletion_request set sent_at = now() + interval '1 second' where id = $1`, id)).rejects.toThrow(
      /given once/,
    );
    await expect(query(`update deletion_request set sent_at = null, state = 'approved' where id = $1`, id)).rejects.toThrow(
      /given once/,
    );
    await expect(query(`update deletion_request set state = 'approved' where id = $1`, id)).rejects.toThrow(/check constraint/);
    const other = await approved();
    await expect(query(`update deletion_request set state = 'executing' where id = $1`, other)).rejects.toThrow(
      /check constraint/,
    );
  });
});

describe('a state', () => {
  test('is left by whoever knows it, and before the deadline where that counts', async () => {
    const id = await pending();
    expect(await moveDeletion(database.pool, id, { from: 'approved', to: 'held' })).toBe(false);
    expect(await moveDeletion(database.pool, id, { from: 'pending', to: 'approved', before: Date.now() + 2 * HOUR })).toBe(false);
    expect(await stateOf(id)).toBe('pending');
    expect(await moveDeletion(database.pool, id, { from: 'pending', to: 'approved', before: Date.now() })).toBe(true);
  });

  test('that is final stays, whoever writes to the table', async () => {
    const id = await pending();
    await moveDeletion(database.pool, id, { from: 'pending', to: 'rejected' });
    const back = `update deletion_request set state = 'pending', ended_at = null where id = $1`;
    await expect(query(back, id)).rejects.toThrow(/stays as it ended/);
    expect(await stateOf(id)).toBe('rejected');
  });

  test('that is not final is not closed', async () => {
    const id = await approved();
    await closeDeletion(database.pool, id);
    expect(await findDeletion(database.pool, id)).toMatchObject({ closedAt: null });
    await expect(query('update deletion_request set closed_at = now() where id = $1', id)).rejects.toThrow(/check constraint/);
  });
});

test('a guest has one open request, whoever writes to the table', async () => {
  const endpointId = randomUUID();
  const id = await pending({ endpointId });
  await expect(pending({ endpointId, kind: 'lxc' })).rejects.toThrow('the guest has a request');
  const copy = `insert into deletion_request (id, endpoint_id, endpoint_name, kind, vmid, source, opt_in, reason, state, deadline)
    select gen_random_uuid(), endpoint_id, endpoint_name, kind, vmid, source, opt_in, reason, 'pending', deadline from deletion_request where id = $1`;
  await expect(query(copy, id)).rejects.toThrow(/deletion_request_open/);
  await moveDeletion(database.pool, id, { from: 'pending', to: 'cancelled' });
  await closeDeletion(database.pool, id);
  await expect(pending({ endpointId })).resolves.not.toBe(id);
});

describe('a decision', () => {
  test('of a requester is refused, and so is a cancellation of anybody else', async () => {
    const id = await pending();
    await expect(decide(id, ann, 'approve')).rejects.toThrow(/own request/);
    await expect(decide(id, ann, 'reject')).rejects.toThrow(/own request/);
    await expect(decide(id, ann, 'reject', true)).rejects.toThrow(/own request/);
    await expect(decide(id, eve, 'cancel')).rejects.toThrow(/only a requester cancels/);
    await expect(decide(id, eve, 'approve')).resolves.toBeInstanceOf(Date);
    await expect(decide(id, ann, 'approve', true)).resolves.toBeInstanceOf(Date);
    await expect(decide(id, ann, 'cancel')).resolves.toBeInstanceOf(Date);
  });

  test('to approve is refused where nobody of ours has asked', async () => {
    const id = await pending({ state: 'needs_requester' }, null);
    await expect(decide(id, eve, 'approve')).rejects.toThrow(/nobody of ours/);
    await expect(decide(id, eve, 'reject')).resolves.toBeInstanceOf(Date);
  });

  test.each([
    'update deletion_decision set verdict = verdict',
    'delete from deletion_decision',
    'truncate deletion_decision cascade',
  ])('is never changed or removed: %s', async statement => {
    await decide(await pending(), eve, 'approve');
    await expect(query(statement)).rejects.toThrow(/never changed or removed/);
  });

  test('to reject has a reason', async () => {
    await expect(decide(await pending(), eve, 'reject', false, '')).rejects.toThrow(/check constraint/);
  });

  test('has a code that is used once', async () => {
    const id = await pending();
    await decide(id, eve, 'approve');
    const { rows } = await database.pool.query<{ id: string }>('select id from deletion_decision where request_id = $1', [id]);
    expect(await useCode(database.pool, rows[0]?.id ?? '', 'one')).toBe(true);
    expect(await useCode(database.pool, rows[0]?.id ?? '', 'another')).toBe(false);
  });
});

test('a hold is noted while the request is as it was when it was asked for', async () => {
  const id = await approved();
  const hold = { round: 1, placed: false, until: new Date().toISOString(), before: { onboot: null, protection: null } };
  expect(await noteHold(database.pool, id, 'blocked', hold)).toBe(false);
  expect(await noteHold(database.pool, id, 'approved', { ...hold, round: 2 })).toBe(false);
  expect(await noteHold(database.pool, id, 'approved', hold)).toBe(true);
});

test('the ceiling counts what was sent on one endpoint in a day, save what failed', async () => {
  const endpointId = randomUUID();
  const today = (): Promise<number> => countDestroyedToday(database.pool, endpointId);
  await executing({ endpointId, vmid: 100 });
  await executing();
  expect(await today()).toBe(1);
  const gone = await executing({ endpointId, vmid: 101 });
  await moveDeletion(database.pool, gone, { from: 'executing', to: 'destroyed' });
  expect(await today()).toBe(2);
  const failed = await executing({ endpointId, vmid: 102 });
  await moveDeletion(database.pool, failed, { from: 'executing', to: 'failed' });
  expect(await today()).toBe(2);
});
