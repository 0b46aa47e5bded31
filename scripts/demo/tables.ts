import { reflectionKindNames } from '../../domain/reflection/kind-names';
import type { RunView } from './api-client';
import type { FinishedSync } from './sync';

/** What each kind is called in NetBox's pages; a kind without a name here goes by its own. */
const TITLES: Record<string, string> = {
  tag: 'tags of guests',
  site: 'sites',
  cluster: 'clusters',
  device: 'devices (nodes)',
  vlan: 'VLANs',
  'virtual-machine': 'virtual machines',
  interface: 'VM interfaces, with MAC',
  'mac-address': 'MAC addresses (own objects)',
  'ip-address': 'IP addresses',
  'primary-mac': 'primary MACs set',
  'primary-ip': 'primary IPs set',
  'virtual-disk': 'virtual disks',
};

const titleOf = (kind: string): string => TITLES[kind] ?? kind;
type Total = RunView['plan']['totals'][number];
const done = (row: Total): boolean => row.state === 'done' && row.action !== 'link';

/** Objects written by kind, of all endpoints: `{"virtual-machine": 120, …}`. */
export function writtenByKind({ endpoints }: FinishedSync): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { kind, count } of endpoints.flatMap(run => run.plan.totals).filter(done)) sums[kind] = (sums[kind] ?? 0) + count;
  return sums;
}

/** Tags, types, roles and custom fields that the run had to make first. */
export function supportObjects({ endpoints }: FinishedSync): number {
  return endpoints.reduce((sum, { report }) => sum + createdIn(report['supportObjects']), 0);
}

const createdIn = (value: unknown): number =>
  typeof value === 'object' && value !== null && 'created' in value ? Number(value.created) : 0;

/** A line per kind, a column per endpoint. */
export function writtenTable(sync: FinishedSync): string[] {
  const names = sync.endpoints.map(run => run.endpoint?.name ?? '');
  const columns = sync.endpoints.map(run => writtenByKind({ ...sync, endpoints: [run] }));
  const all = writtenByKind(sync);
  const rows = reflectionKindNames.flatMap(kind =>
    all[kind] === undefined ? [] : [[titleOf(kind), ...columns.map(column => column[kind] ?? 0), all[kind]]],
  );
  const sums = columns.map(column => Object.values(column).reduce((sum, count) => sum + count, 0));
  const bottom = ['together', ...sums, sums.reduce((sum, count) => sum + count, 0)];
  return formatTable([['written to NetBox', ...names, 'all'], ...rows, bottom]);
}

/** What a plan that waits would do. */
export function describePlan(run: RunView): string {
  const totals = run.plan.totals.map(({ kind, action, count }) => [titleOf(kind), action, count]);
  const matched = Object.entries(run.report['matched'] ?? {}).map(([rule, count]) => `${String(count)} by ${rule}`);
  return [
    `  ${run.endpoint?.name}: ${run.message ?? ''}`,
    ...formatTable([['kind', 'action', 'objects'], ...totals]),
    `  guests that have a VM in NetBox already: ${matched.length === 0 ? 'none' : matched.join(', ')}; ambiguous: ${String(run.report['ambiguous'] ?? 0)}`,
  ].join('\n');
}

/** Columns as wide as they need to be; numbers at the right. The first row is the head. */
function formatTable(rows: (string | number)[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => String(row[column] ?? '').length)));
  const cell = (value: string | number, column: number): string => {
    const width = widths[column] ?? 0;
    return column > 0 ? String(value).padStart(width) : String(value).padEnd(width);
  };
  const lines = rows.map(row => `  ${row.map(cell).join('   ')}`);
  const rule = `  ${widths.map(width => '─'.repeat(width)).join('───')}`;
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}
