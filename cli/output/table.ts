import { type Paint, plain } from './colors';

export type Cell = string | { text: string; paint: Paint };

const textOf = (cell: Cell): string => plain(typeof cell === 'string' ? cell : cell.text);
const widthOf = (cell: Cell): number => [...textOf(cell)].length;

/** Aligned columns, two spaces apart; the last one as long as it is. */
export function table(rows: readonly (readonly Cell[])[]): string[] {
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map(row => widthOf(row[column] ?? ''))));
  return rows.map(row =>
    row
      .map((cell, column) => show(cell, column === row.length - 1 ? 0 : (widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Padding stays outside of the colour. */
function show(cell: Cell, width: number): string {
  const text = textOf(cell);
  const painted = typeof cell === 'string' ? text : cell.paint(text);
  return painted + ' '.repeat(Math.max(0, width - widthOf(cell)));
}

/** `name: value` lines, the values under each other; an absent value has no line. */
export function properties(pairs: readonly (readonly [string, Cell | null | undefined])[]): string[] {
  return table(pairs.flatMap(([name, value]) => (value === null || value === undefined ? [] : [[`${name}:`, value]])));
}
