import type { Finding } from '../../domain/reflection/findings';
import type { Change } from '../../domain/reflection/change';
import type { Queryable } from '../queryable';

/** Stores a plan, in place of one that an earlier attempt of the same run left. */
export async function savePlan(db: Queryable, runId: string, changes: Change[], findings: Finding[]): Promise<void> {
  await db.query(`delete from change where run_id = $1`, [runId]);
  await db.query(`delete from finding where run_id = $1`, [runId]);
  for (let start = 0; start < changes.length; start += 5000) {
    const part = changes.slice(start, start + 5000);
    await db.query(
      `insert into change (run_id, seq, kind, key, label, guest, action, netbox_id, before, after, reflect, why)
       select $1, $2 + ordinality, kind, key, label, guest, action, netbox_id, before, after, reflect, why
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::text[])
         with ordinality as item (kind, key, label, guest, action, netbox_id, before, after, reflect, why, ordinality)`,
      [
        runId,
        start,
        part.map(change => change.kind),
        part.map(change => change.key),
        part.map(change => change.label),
        part.map(change => change.guest ?? null),
        part.map(change => change.action),
        part.map(change => change.netboxId),
        part.map(change => JSON.stringify(change.before)),
        part.map(change => JSON.stringify(change.after)),
        part.map(change => JSON.stringify(change.reflect)),
        part.map(change => change.why ?? null),
      ],
    );
  }
  await appendFindings(db, runId, findings, 0);
}

/** @param from number that the first one follows: each step of a run numbers its findings in a range of its own. */
export async function appendFindings(db: Queryable, runId: string, findings: Finding[], from: number): Promise<void> {
  await db.query(
    `insert into finding (run_id, seq, code, severity, kind, key, label, message, detail)
     select $1, $2 + ordinality, code, severity, kind, key, label, message, detail
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[])
       with ordinality as item (code, severity, kind, key, label, message, detail, ordinality)
     on conflict (run_id, seq, day) do nothing`,
    [
      runId,
      from,
      findings.map(finding => finding.code),
      findings.map(finding => finding.severity),
      findings.map(finding => finding.kind ?? null),
      findings.map(finding => finding.key ?? null),
      findings.map(finding => finding.label),
      findings.map(finding => finding.message),
      findings.map(finding => JSON.stringify(finding.detail ?? {})),
    ],
  );
}

/** The `guest action` marks that a person confirmed with a run's plan. */
export async function loadReviewChanges(db: Queryable, runId: string): Promise<Pick<Change, 'kind' | 'guest' | 'action'>[]> {
  const { rows } = await db.query<{ kind: Change['kind']; guest: string; action: Change['action'] }>(
    `select distinct kind, guest, action from change where run_id = $1 and guest is not null`,
    [runId],
  );
  return rows;
}

export async function findingsOf(db: Queryable, runId: string, code: Finding['code']): Promise<Finding[]> {
  const { rows } = await db.query<Finding & { kind: string | null; key: string | null }>(
    `select code, severity, kind, key, label, message, detail from finding where run_id = $1 and code = $2 order by seq`,
    [runId, code],
  );
  return rows;
}
