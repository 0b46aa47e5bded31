import type { GuestRecord } from '../../domain/reflection/guest-match';
import { strongMarks, type Evidence } from '../../domain/reflection/identity';
import { guestKey, type GuestKey } from '../../domain/reflection/inventory';
import type { Queryable } from '../queryable';

interface Row {
  kind: GuestRecord['kind'];
  vmid: number;
  evidence: Evidence;
  confirmed_evidence: Evidence;
  state: GuestRecord['state'];
  source_name: string;
  given_name: string;
}

export async function loadGuests(db: Queryable, endpointId: string): Promise<Map<GuestKey, GuestRecord>> {
  const { rows } = await db.query<Row>(
    `select kind, vmid, evidence, confirmed_evidence, state, source_name, given_name from guest where endpoint_id = $1`,
    [endpointId],
  );
  return new Map(
    rows.map(row => [
      guestKey(row),
      {
        kind: row.kind,
        vmid: row.vmid,
        evidence: row.evidence,
        confirmedEvidence: row.confirmed_evidence,
        state: row.state,
        sourceName: row.source_name,
        givenName: row.given_name,
      },
    ]),
  );
}

/** Marks of identity that live guests of other endpoints have. */
export async function marksOfOtherEndpoints(db: Queryable, endpointId: string): Promise<Set<string>> {
  const { rows } = await db.query<{ evidence: Evidence }>(
    `select evidence from guest where endpoint_id <> $1 and missing_since is null and kind = 'qemu'`,
    [endpointId],
  );
  return new Set(rows.flatMap(row => strongMarks(row.evidence)));
}

export async function saveGuests(db: Queryable, endpointId: string, records: GuestRecord[]): Promise<void> {
  if (records.length === 0) return;
  await db.query(
    `insert into guest (endpoint_id, kind, vmid, evidence, confirmed_evidence, state, source_name, given_name)
     select $1, kind, vmid, evidence, confirmed, state, source_name, given_name
     from unnest($2::text[], $3::int[], $4::jsonb[], $5::jsonb[], $6::text[], $7::text[], $8::text[])
       as item (kind, vmid, evidence, confirmed, state, source_name, given_name)
     on conflict (endpoint_id, kind, vmid) do update set
       evidence = excluded.evidence, confirmed_evidence = excluded.confirmed_evidence, state = excluded.state,
       source_name = excluded.source_name, given_name = excluded.given_name, last_seen = now(), missing_since = null`,
    [
      endpointId,
      records.map(record => record.kind),
      records.map(record => record.vmid),
      records.map(record => JSON.stringify(record.evidence)),
      records.map(record => JSON.stringify(record.confirmedEvidence)),
      records.map(record => record.state),
      records.map(record => record.sourceName),
      records.map(record => record.givenName),
    ],
  );
}

/** Only after a complete read of the endpoint: guests that it does not have any more. */
export async function markMissing(db: Queryable, endpointId: string, present: GuestKey[]): Promise<void> {
  await db.query(
    `update guest set missing_since = coalesce(missing_since, now())
     where endpoint_id = $1 and not (kind || '/' || vmid = any($2::text[]))`,
    [endpointId, present],
  );
}
