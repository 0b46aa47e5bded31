import { customFields, supportObjects } from '../domain/reflection/bootstrap';
import type { NetBoxCapabilities } from '../domain/reflection/kind';
import { inLanes, type BareHttp } from './bare-http';
import type { RecordedKinds } from './recording';

export interface ReadObject {
  id: number;
  slug?: string;
}

/**
 * Reads the objects that a sync wrote with the fewest requests: of each kind lists of a thousand, with the fields that a sync compares,
 * and does nothing else.
 * @returns the rows by path.
 */
export async function readBare(
  http: BareHttp,
  recorded: RecordedKinds,
  capabilities: NetBoxCapabilities,
  lanes: number,
): Promise<Map<string, ReadObject[]>> {
  const columns = new Map<string, string[]>();
  for (const { kind } of recorded) columns.set(kind.path, [...(columns.get(kind.path) ?? []), ...kind.columns]);
  for (const { path } of supportObjects(capabilities)) {
    columns.set(path, [...(columns.get(path) ?? []), 'slug']);
  }
  columns.set(
    'extras/custom-fields',
    Object.keys(customFields[0]!)
      .filter(name => name !== 'objectTypes')
      .concat('object_types'),
  );

  const rows = new Map<string, ReadObject[]>();
  await inLanes(
    lanes,
    [...columns].map(([path, fields]) => async () => {
      rows.set(path, await readAll(http, path, [...new Set(['id', ...fields])].join(',')));
    }),
  );
  return rows;
}

async function readAll(http: BareHttp, path: string, fields: string): Promise<ReadObject[]> {
  const rows: ReadObject[] = [];
  for (;;) {
    const page = (await http.send('GET', path, `?limit=1000&offset=${rows.length}&ordering=id&fields=${fields}`)) as {
      next: string | null;
      results: ReadObject[];
    };
    rows.push(...page.results);
    if (page.next === null) return rows;
  }
}
