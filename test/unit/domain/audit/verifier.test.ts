import { createHash } from 'node:crypto';
import { CHAIN_START, chainText } from '../../../../domain/audit/chain';
import type { AuditHead, AuditRow } from '../../../../domain/audit/record';
import { type AuditFault, ChainVerifier } from '../../../../domain/audit/verifier';

const sign = (text: string): string => createHash('sha256').update(`test key ${text}`).digest('hex');
const OWN = 'own-key';

/** A row that follows another. */
function rowAfter(last: AuditRow | undefined, changes: Partial<AuditRow> = {}): AuditRow {
  const seq = (last?.seq ?? 0) + 1;
  const unsigned = {
    seq,
    time: `2026-01-01T00:00:00.00000${seq % 10}Z`,
    phase: 'event' as const,
    intentSeq: null,
    result: 'succeeded' as const,
    action: 'endpoint.change' as const,
    actor: { kind: 'user' as const, id: null, name: 'ann', authenticatedBy: 'session', label: null },
    object: { type: 'endpoint', id: `id-${seq}` },
    endpointId: null,
    runId: null,
    beforeDigest: null,
    afterDigest: null,
    reason: null,
    detail: { seq },
    requestId: null,
    keyId: OWN,
    previous: last?.hash ?? CHAIN_START,
    ...changes,
  };
  return { ...unsigned, hash: sign(chainText(unsigned)) };
}

function chainOf(length: number): AuditRow[] {
  const rows: AuditRow[] = [];
  while (rows.length < length) rows.push(rowAfter(rows.at(-1)));
  return rows;
}

function verify(rows: readonly AuditRow[], heads: readonly AuditHead[] = []): Pick<AuditFault, 'seq' | 'kind'> | undefined {
  const verifier = new ChainVerifier(sign, OWN, heads);
  for (const row of rows) {
    const fault = verifier.next(row);
    if (fault !== undefined) return { seq: fault.seq, kind: fault.kind };
  }
  const fault = verifier.end();
  return fault && { seq: fault.seq, kind: fault.kind };
}

const headOf = ({ seq, hash }: AuditRow): AuditHead => ({ seq, hash, time: '2026-01-01T01:00:00Z' });

const replaced = (rows: AuditRow[], seq: number, changes: Partial<AuditRow>): AuditRow[] =>
  rows.map(row => (row.seq === seq ? { ...row, ...changes } : row));

describe('a chain of audit rows', () => {
  test('is in order when nothing was changed, with heads and without', () => {
    const rows = chainOf(8);
    expect(verify(rows)).toBeUndefined();
    expect(verify(rows, [headOf(rows[2]!), headOf(rows[7]!)])).toBeUndefined();
    expect(verify([])).toBeUndefined();
  });

  const values: { [Key in keyof AuditRow]?: AuditRow[Key] } = {
    time: '2026-01-01T00:00:00.000099Z',
    phase: 'outcome',
    intentSeq: 2,
    result: 'failed',
    action: 'endpoint.delete',
    actor: { kind: 'user', id: null, name: 'bob', authenticatedBy: 'session', label: null },
    object: null,
    endpointId: '00000000-0000-4000-8000-000000000001',
    runId: '00000000-0000-4000-8000-000000000001',
    beforeDigest: 'aa',
    afterDigest: 'bb',
    reason: 'because',
    detail: {},
    requestId: 'r1',
    previous: 'f'.repeat(64),
    hash: 'f'.repeat(64),
  };
  test.each(Object.entries(values))('names a row whose %s was altered', (name, value) => {
    expect(verify(replaced(chainOf(6), 4, { [name]: value }))).toEqual({ seq: 4, kind: 'altered' });
  });

  test.each(['kind', 'id', 'name', 'authenticatedBy', 'label'] as const)('names a row whose actor has another %s', part => {
    const rows = chainOf(6);
    const actor = { ...rows[3]!.actor, [part]: part === 'kind' ? 'system' : 'another' };
    expect(verify(replaced(rows, 4, { actor }))).toEqual({ seq: 4, kind: 'altered' });
  });

  test('names a row that was dropped, the first as well', () => {
    const rows = chainOf(6);
    expect(verify(rows.filter(({ seq }) => seq !== 4))).toEqual({ seq: 4, kind: 'missing' });
    expect(verify(rows.filter(({ seq }) => seq !== 1))).toEqual({ seq: 1, kind: 'missing' });
  });

  test('names the first row of two that were swapped', () => {
    const rows = chainOf(9);
    const swapped = rows.map(row => (row.seq === 3 ? { ...rows[6]!, seq: 3 } : row.seq === 7 ? { ...rows[2]!, seq: 7 } : row));
    expect(verify(swapped)).toEqual({ seq: 3, kind: 'moved' });
  });

  test('names the row in the place of one that was dropped, when the rest was renumbered', () => {
    const rows = chainOf(6);
    const renumbered = rows.flatMap(row => (row.seq === 3 ? [] : [row.seq > 3 ? { ...row, seq: row.seq - 1 } : row]));
    expect(verify(renumbered)).toEqual({ seq: 3, kind: 'moved' });
  });

  test('names a row that follows another one than it did', () => {
    const rows = chainOf(6);
    const other = rowAfter(rows[2], { detail: { another: true } });
    expect(verify([...rows.slice(0, 3), other, ...rows.slice(4)])).toEqual({ seq: 5, kind: 'unlinked' });
  });

  test('names a row under a key that is not this one', () => {
    const rows = chainOf(3);
    expect(verify([...rows, rowAfter(rows.at(-1), { keyId: 'other-key' })])).toEqual({ seq: 4, kind: 'other-key' });
  });

  test('names a row with a number that no row can have', () => {
    const rows = chainOf(3);
    expect(verify([{ ...rows[0]!, seq: 0 }, ...rows])).toEqual({ seq: 0, kind: 'altered' });
  });

  test('names the first row of a tail that was cut off, by a head that was noted', () => {
    const rows = chainOf(9);
    expect(verify(rows.slice(0, 5))).toBeUndefined();
    expect(verify(rows.slice(0, 5), [headOf(rows[3]!), headOf(rows[7]!)])).toEqual({ seq: 6, kind: 'truncated' });
    expect(verify([], [headOf(rows[7]!)])).toEqual({ seq: 1, kind: 'truncated' });
  });

  test('names a row of a tail that was cut off and written anew', () => {
    const rows = chainOf(9);
    const anew = rows.slice(0, 5);
    while (anew.length < 12) anew.push(rowAfter(anew.at(-1), { reason: 'anew' }));
    expect(verify(anew)).toBeUndefined();
    expect(verify(anew, [headOf(rows[3]!), headOf(rows[7]!)])).toEqual({ seq: 8, kind: 'rewritten' });
  });
});
