import { setTimeout as sleep } from 'node:timers/promises';
import { hostOf } from '../../domain/reflection/addresses';
import type { Kind, Row } from '../../domain/reflection/kind';
import { sameValue, type Value, type Values } from '../../domain/reflection/values';
import type { ReflectionDeps } from './deps';

export interface Doubt {
  seq: number;
  /** When the request left; null when it is known to have been answered. */
  sentAt: Date | null;
  values: Values;
}

/**
 * Which of these creates did happen: looked for in NetBox by what names such an object. A request without an answer may still be at
 * work, so nothing is called absent before the settling time is over.
 * @returns NetBox ids by seq.
 */
export async function resolveInDoubt(
  deps: Pick<ReflectionDeps, 'netbox' | 'settleMs'>,
  kind: Kind,
  doubts: Doubt[],
  signal: AbortSignal,
): Promise<Map<number, number>> {
  if (doubts.length === 0) return new Map();
  const found = await lookFor(deps, kind, doubts);
  if (found.size === doubts.length) return found;
  const settledAt = Math.max(...doubts.map(doubt => (doubt.sentAt?.getTime() ?? 0) + deps.settleMs));
  if (settledAt <= Date.now()) return found;
  await sleep(settledAt - Date.now(), undefined, { signal });
  return lookFor(deps, kind, doubts);
}

async function lookFor(deps: Pick<ReflectionDeps, 'netbox'>, kind: Kind, doubts: Doubt[]): Promise<Map<number, number>> {
  const byName = await rowsByName(deps, kind, doubts);
  return new Map(
    doubts.flatMap(({ seq, values }): [number, number][] => {
      const row = byName.get(nameOf(kind, values))?.find(candidate => isSame(kind, candidate, values));
      return row ? [[seq, row.id]] : [];
    }),
  );
}

/** Which of these objects NetBox shows at all, whosoever they are: seqs. */
export async function visibleAmong(deps: Pick<ReflectionDeps, 'netbox'>, kind: Kind, doubts: Doubt[]): Promise<Set<number>> {
  const byName = await rowsByName(deps, kind, doubts);
  return new Set(doubts.filter(({ values }) => byName.has(nameOf(kind, values))).map(({ seq }) => seq));
}

async function rowsByName(deps: Pick<ReflectionDeps, 'netbox'>, kind: Kind, doubts: Doubt[]): Promise<Map<string, Row[]>> {
  const byName = new Map<string, Row[]>();
  for (const row of await candidates(deps, kind, doubts)) {
    const name = nameOf(kind, kind.values(row));
    byName.set(name, [...(byName.get(name) ?? []), row]);
  }
  return byName;
}

/** By the parent where there is one, else by the first naming field. */
async function candidates({ netbox }: Pick<ReflectionDeps, 'netbox'>, kind: Kind, doubts: Doubt[]): Promise<Row[]> {
  const parents: Record<string, string> = { virtual_machine: 'virtual_machine_id', assigned_object_id: 'vminterface_id' };
  const parentField = kind.natural.find(field => field in parents);
  const of = (field: string): Value[] => [...new Set(doubts.map(doubt => naming(field, doubt.values[field])))];
  const columns = [...new Set([...kind.columns, ...kind.natural])];
  if (parentField) {
    const ids = of(parentField).filter(id => typeof id === 'number');
    return netbox.listByParents(kind.path, parents[parentField]!, ids, { fields: columns });
  }
  const field = kind.natural.find(name => !['cluster', 'site', 'vrf'].includes(name))!;
  const values = of(field).filter(value => typeof value === 'string' || typeof value === 'number');
  const rows: Row[] = [];
  for (let start = 0; start < values.length; start += 40) {
    const filter = field === 'name' ? 'name__ie' : field;
    rows.push(...(await netbox.listAll(kind.path, { filters: { [filter]: values.slice(start, start + 40) }, fields: columns })));
  }
  return rows;
}

const nameOf = (kind: Kind, values: Values): string =>
  kind.natural.map(field => String(naming(field, values[field]) ?? '').toLowerCase()).join('|');

/** An address is one whatever its mask. */
const naming = (field: string, value: Value = null): Value => (field === 'address' ? hostOf(String(value)) : value);

/** An address that somebody else holds is not ours because it is the same address. */
function isSame(kind: Kind, row: Row, values: Values): boolean {
  if (values['assigned_object_id'] === undefined) return true;
  return sameValue(kind.values(row)['assigned_object_id'], values['assigned_object_id']);
}
