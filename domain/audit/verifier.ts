import { CHAIN_START, chainText, type Sign } from './chain';
import type { AuditHead, AuditRow } from './record';

/**
 * - `altered`: something of the row is not as it was written;
 * - `missing`: the row was dropped;
 * - `moved`: the row was written as another one: rows were reordered, or some were dropped and the rest renumbered;
 * - `unlinked`: the row is as it was written, but after another row than the one before it;
 * - `rewritten`: the row is another one than the one whose hash was noted outside of the database;
 * - `truncated`: the row was noted outside of the database and is gone, with all after it;
 * - `other-key`: the row was written under a key that this process does not have;
 * - `heads-altered`: all rows fit, but not all that was noted outside of the database is left.
 */
export type AuditFaultKind =
  'altered' | 'missing' | 'moved' | 'unlinked' | 'rewritten' | 'truncated' | 'other-key' | 'heads-altered';

/** The first row that is not as it was written. */
export interface AuditFault {
  /** Null where no row is at fault. */
  seq: number | null;
  kind: AuditFaultKind;
  message: string;
}

/** How far a row is looked for around the place where it stands. */
const NEARBY = 1_000;

/** Takes the rows of a chain in order, and says of the first that is not as it was written what is wrong with it. */
export class ChainVerifier {
  private last: Pick<AuditRow, 'seq' | 'hash'> = { seq: 0, hash: CHAIN_START };
  private readonly heads = new Map<number, AuditHead[]>();
  private readonly lastHead: AuditHead | undefined;

  /** @param heads where the chain ended at some times, as noted outside of the database. */
  constructor(
    private readonly sign: Sign,
    private readonly keyId: string,
    heads: readonly AuditHead[],
  ) {
    for (const head of heads) {
      this.heads.set(head.seq, [...(this.heads.get(head.seq) ?? []), head]);
      if (this.lastHead === undefined || head.seq > this.lastHead.seq) this.lastHead = head;
    }
  }

  /** Undefined when the row is in its place. After a fault, ask no more. */
  next(row: AuditRow): AuditFault | undefined {
    const fault = this.faultOf(row);
    this.last = row;
    return fault;
  }

  /** After the last row. */
  end(): AuditFault | undefined {
    if (this.lastHead === undefined || this.lastHead.seq <= this.last.seq) return undefined;
    const { seq, time } = this.lastHead;
    const left = this.last.seq === 0 ? 'the table is empty' : `the table ends at row ${this.last.seq}`;
    return {
      seq: this.last.seq + 1,
      kind: 'truncated',
      message: `Row ${this.last.seq + 1} is gone, with all after it: row ${seq} was there at ${time}, and ${left}.`,
    };
  }

  private faultOf(row: AuditRow): AuditFault | undefined {
    const due = this.last.seq + 1;
    if (row.seq !== due) return this.outOfTurn(row, due);
    const fault = (kind: AuditFaultKind, message: string): AuditFault => ({ seq: row.seq, kind, message });
    const named = `Row ${row.seq} (${row.time}, ${row.action} by ${row.actor.name})`;

    if (row.keyId !== this.keyId) {
      return fault(
        'other-key',
        `${named} says that it was written under key ${row.keyId}, but this process has key ${this.keyId}.`,
      );
    }
    if (this.sign(chainText(row)) !== row.hash) {
      const written = this.writtenAs(row);
      return written === undefined
        ? fault('altered', `${named} is not as it was written: its hash does not fit what it says.`)
        : fault('moved', `${named} was written as row ${written}: rows were reordered, or some dropped and the rest renumbered.`);
    }
    if (row.previous !== this.last.hash) {
      return fault('unlinked', `${named} was written after another row ${row.seq - 1} than the one that is there.`);
    }
    const noted = this.heads.get(row.seq)?.find(head => head.hash !== row.hash);
    return (
      noted &&
      fault(
        'rewritten',
        `${named} is not the row ${row.seq} that was there at ${noted.time}: rows were cut off and written anew.`,
      )
    );
  }

  private outOfTurn(row: AuditRow, due: number): AuditFault {
    if (row.seq < due) return { seq: row.seq, kind: 'altered', message: `Row ${row.seq} has a number that no row can have.` };
    const gone = row.seq - due === 1 ? `Row ${due} is missing` : `Rows ${due} to ${row.seq - 1} are missing`;
    const before = due === 1 ? 'the first one is' : `after row ${due - 1} comes`;
    return { seq: due, kind: 'missing', message: `${gone}: ${before} row ${row.seq}.` };
  }

  /** The number that fits the row's hash; undefined when none nearby does. */
  private writtenAs(row: AuditRow): number | undefined {
    const first = Math.max(1, row.seq - NEARBY);
    for (let seq = first; seq <= row.seq + NEARBY; seq++) {
      if (seq !== row.seq && this.sign(chainText({ ...row, seq })) === row.hash) return seq;
    }
    return undefined;
  }
}
