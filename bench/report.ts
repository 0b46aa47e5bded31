import type { Measured } from './measured';
import type { Round } from './round';

const sides = ['bareLoad', 'firstSync', 'secondSync', 'bareRead'] as const;
const titles = { bareLoad: 'bare loader', firstSync: 'first sync', secondSync: 'second sync', bareRead: 'bare reader' };

export interface Ratios {
  /** First sync to bare loader. */
  first: number;
  /** Second sync to bare reader. */
  second: number;
}

export const ratiosOf = (round: Round): Ratios => ({
  first: round.firstSync.seconds / round.bareLoad.seconds,
  second: round.secondSync.seconds / round.bareRead.seconds,
});

/** The median of each figure over all rounds; a ratio is taken in its round before. */
export function summary(rounds: Round[]) {
  const over = (figure: (round: Round) => number): number => median(rounds.map(figure));
  return {
    rounds: rounds.length,
    seconds: Object.fromEntries(sides.map(side => [side, over(round => round[side].seconds)])),
    ratios: { first: over(round => ratiosOf(round).first), second: over(round => ratiosOf(round).second) },
    secondSyncWrites: Math.max(...rounds.map(round => round.secondSync.netboxWrites)),
    workerPeakMb: Math.max(...rounds.map(round => round.workerMb.peak ?? NaN)),
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One round as a table for people. */
export function roundText(round: Round, timeline: boolean): string {
  const { firstSync, secondSync, workerMb } = round;
  const { first, second } = ratiosOf(round);
  const events = (each: Record<string, number>): string =>
    Object.entries(each)
      .map(([type, n]) => `${type} ${n}`)
      .join(', ');
  return [
    row(
      '',
      'seconds',
      'NetBox requests',
      'writes',
      'objects written',
      'NetBox idle s',
      'NetBox CPU s',
      'Proxmox requests',
      'worker CPU s',
    ),
    row(titles.bareLoad, ...figures(round.bareLoad)),
    row(titles.firstSync, ...figures(firstSync), firstSync.proxmoxRequests, firstSync.workerCpuSeconds.toFixed(2)),
    row(titles.secondSync, ...figures(secondSync), secondSync.proxmoxRequests, secondSync.workerCpuSeconds.toFixed(2)),
    row(titles.bareRead, ...figures(round.bareRead)),
    `first sync / bare loader  ${first.toFixed(2)}     second sync / bare reader  ${second.toFixed(2)}`,
    `first sync: ${firstSync.outcome}, history events: ${events(firstSync.historyEvents)}`,
    `second sync: ${secondSync.outcome}, history events: ${events(secondSync.historyEvents)}`,
    `worker's highest memory: ${workerMb.ready ?? '?'} MB when ready, ${workerMb.peak ?? '?'} MB after all syncs`,
    ...(timeline ? ['first sync:', ...firstSync.timeline, 'second sync:', ...secondSync.timeline] : []),
  ].join('\n');
}

const figures = (of: Measured): (string | number)[] => [
  of.seconds.toFixed(2),
  of.netboxRequests,
  of.netboxWrites,
  of.objectsWritten,
  of.netboxIdleSeconds.toFixed(2),
  Number.isNaN(of.netboxCpuSeconds) ? '' : of.netboxCpuSeconds.toFixed(2),
];

const row = (title: string, ...cells: (string | number)[]): string =>
  title.padEnd(12) + cells.map(cell => String(cell).padStart(17)).join('');
