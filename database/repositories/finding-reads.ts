import type { Queryable } from '../queryable';
import { OF_RUN, page, type PageRequest, type RowPage } from './plan-reads';

export type Severity = 'info' | 'warning' | 'error';

/** What a run noticed without changing it. */
export interface FindingRead {
  runId: string;
  seq: number;
  code: string;
  severity: Severity;
  kind: string | null;
  key: string | null;
  label: string;
  message: string;
  detail: Record<string, unknown>;
}

export interface FindingFilter {
  code?: string | undefined;
  severity?: Severity | undefined;
}

export interface FindingTotal {
  code: string;
  severity: Severity;
  count: number;
}

interface FindingRow {
  run_id: string;
  seq: number;
  code: string;
  severity: Severity;
  kind: string | null;
  key: string | null;
  label: string;
  message: string;
  detail: Record<string, unknown>;
}

/** The findings of a run and of its children. */
export async function listFindings(
  db: Queryable,
  runId: string,
  filter: FindingFilter,
  { after, limit }: PageRequest,
): Promise<RowPage<FindingRead>> {
  const { rows } = await db.query<FindingRow>(
    `select run_id, seq, code, severity, kind, key, label, message, detail from finding
      where ${OF_RUN} and ($2::text is null or code = $2) and ($3::text is null or severity = $3)
        and ($4::uuid is null or (run_id, seq) > ($4, $5::integer))
      order by run_id, seq limit $6`,
    [runId, filter.code, filter.severity, after?.runId, after?.seq, limit + 1],
  );
  return page(rows.map(toFinding), limit);
}

export async function countFindings(db: Queryable, runId: string): Promise<FindingTotal[]> {
  const { rows } = await db.query<FindingTotal>(
    `select code, severity, count(*)::integer as count from finding where ${OF_RUN} group by code, severity order by 1, 2`,
    [runId],
  );
  return rows;
}

const toFinding = (row: FindingRow): FindingRead => ({
  runId: row.run_id,
  seq: row.seq,
  code: row.code,
  severity: row.severity,
  kind: row.kind,
  key: row.key,
  label: row.label,
  message: row.message,
  detail: row.detail,
});
