import { UsageError } from './errors';

/** @throws UsageError with the nearest known word, unless the text is one of them. */
export function requireChoice(text: string, known: readonly string[], what: string, next?: string): void {
  if (known.includes(text)) return;
  const near = nearest(text, known);
  throw new UsageError(
    `"${text}" is no ${what}.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    next ?? `Known: ${known.join(', ')}.`,
  );
}

/** The known word with the fewest differing letters, if they are few. */
function nearest(text: string, known: readonly string[]): string | undefined {
  const ranked = known.map(word => ({ word, far: distance(text, word) })).sort((a, b) => a.far - b.far)[0];
  return ranked !== undefined && ranked.far < text.length && ranked.far <= Math.max(2, Math.floor(text.length / 3))
    ? ranked.word
    : undefined;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
