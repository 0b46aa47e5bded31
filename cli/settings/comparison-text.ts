import type { Paints } from '../output/colors';
import { table } from '../output/table';
import { valueText } from '../runs/value-text';
import type { Comparison } from './compare';

/** What would change, thing by thing. */
export function comparisonLines({ differences, create }: Comparison, paints: Paints): string[] {
  const places = [...new Set([...differences.map(({ endpoint }) => endpoint), ...create])];
  return places.flatMap(place => {
    const isNew = place !== null && create.includes(place);
    const rows = differences
      .filter(({ endpoint }) => endpoint === place)
      .map(({ name, from, to }) => [
        `  ${name}`,
        isNew
          ? valueText(to)
          : `${from === null ? '(not decided)' : valueText(from)} → ${to === null ? '(not decided)' : valueText(to)}`,
      ]);
    const head = place === null ? 'installation' : isNew ? paints.green(`+ endpoint ${place}`) : `endpoint ${place}`;
    return [head, ...table(rows)];
  });
}
