/**
 * What NetBox holds in the scope of one endpoint, by lists with only the columns that are compared.
 */
import type { NetBoxClient } from '../../clients/netbox/client';
import { hostOf } from '../../domain/reflection/addresses';
import { idIn, type Desired, type Kind, type Row } from '../../domain/reflection/kind';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { Values } from '../../domain/reflection/values';

type Netbox = Pick<NetBoxClient, 'listAll' | 'listByIds' | 'listByParents' | 'count'>;

/** Values for a few requests. With more, one list of everything may be cheaper, and it pays to count first. */
const manyValues = 250;
/** …as long as the whole list has at most this many times the wanted rows. */
const tolerableSurplus = 4;

/** Rows with one of the desired values; `address` is compared without its mask. */
export async function readByValue(netbox: Netbox, kind: Kind, desired: Desired[]): Promise<Row[]> {
  if (kind.read?.by !== 'value') return [];
  const { param, field } = kind.read;
  const of = (value: unknown): string => (param === 'address' ? hostOf(String(value)) : String(value).toLowerCase());
  const wanted = new Set(desired.map(object => of(object.values[field])));
  if (wanted.size === 0) return [];
  const isWanted = (row: Row): boolean => wanted.has(of(row[field]));
  if (await isCheaperWhole(netbox, kind, wanted.size))
    return (await netbox.listAll(kind.path, { fields: kind.columns })).filter(isWanted);
  const chunks = chunkText(param, [...wanted]);
  const exact = param === 'name' ? 'name__ie' : param;
  const pages = await Promise.all(
    chunks.map(values => netbox.listAll(kind.path, { filters: { [exact]: values }, fields: kind.columns, expect: isWanted })),
  );
  return pages.flat();
}

/** Rows of a cluster. Interfaces do not show their cluster: check them by their VM. */
export async function readByCluster(netbox: Netbox, kind: Kind, clusterId: number): Promise<Row[]> {
  return netbox.listAll(kind.path, {
    filters: { cluster_id: clusterId },
    fields: kind.columns,
    ...(kind.columns.includes('cluster') && { expect: (row: Row) => idIn(row['cluster']) === clusterId }),
  });
}

/** Rows below these parents. */
export async function readByParent(netbox: Netbox, kind: Kind, parentIds: number[]): Promise<Row[]> {
  if (kind.read?.by !== 'parent' || parentIds.length === 0) return [];
  if (!(await isCheaperWhole(netbox, kind, parentIds.length))) {
    return netbox.listByParents(kind.path, kind.read.param, parentIds, { fields: kind.columns });
  }
  const parents = new Set<unknown>(parentIds);
  return (await netbox.listAll(kind.path, { fields: kind.columns })).filter(row => parents.has(parentOf(kind.values(row))));
}

const parentOf = (values: Values): unknown =>
  values['virtual_machine'] ??
  (values['assigned_object_type'] === 'virtualization.vminterface' ? values['assigned_object_id'] : undefined);

async function isCheaperWhole(netbox: Netbox, kind: Kind, wanted: number): Promise<boolean> {
  return wanted > manyValues && (await netbox.count(kind.path)) <= wanted * tolerableSurplus;
}

/** Linked rows that the lists did not have: moved to another cluster, renamed, no longer wanted. */
export async function readLinked(netbox: Netbox, kind: Kind, rows: Row[], linkedIds: Iterable<number>): Promise<Row[]> {
  const present = new Set(rows.map(row => row.id));
  const absent = [...new Set(linkedIds)].filter(id => !present.has(id));
  return absent.length === 0 ? rows : [...rows, ...(await netbox.listByIds(kind.path, absent, { fields: kind.columns }))];
}

export type RowsByKind = Partial<Record<ReflectionKindName, Row[]>>;

/** So that no request line grows beyond what gunicorn takes. */
function chunkText(param: string, values: string[]): string[][] {
  const chunks: string[][] = [];
  let length = Infinity;
  for (const value of values) {
    const size = param.length + encodeURIComponent(value).length + 6;
    let chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length >= 100 || length + size > 3_000) {
      chunk = [];
      chunks.push(chunk);
      length = 0;
    }
    chunk.push(value);
    length += size;
  }
  return chunks;
}
