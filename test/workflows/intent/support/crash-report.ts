import type { Scenario } from './crash-guests';
import type { Tried } from './crash-matrix';
import { moments, lost } from './crash-matrix';

const titles: Record<Scenario, string> = {
  clone: 'A new guest from a template',
  container: 'A new container from an archive',
  update: 'Cores, memory, a disk, a card and tags of a guest',
};

/** What came of each crash, as a page for people. */
export function crashReport(tried: readonly Tried[]): string {
  const ends = new Map<string, number>();
  for (const { end } of tried) ends.set(end?.state ?? '–', (ends.get(end?.state ?? '–') ?? 0) + 1);
  const most = (count: 'guests' | 'births' | 'deletes'): number => Math.max(...tried.map(({ end }) => end?.[count] ?? 0));
  return `# A worker that is killed while guests are changed

What becomes of a change of a guest when the worker process is killed (SIGKILL) in the middle of it, or an answer gets lost. Each row is a request that
the worker makes to Proxmox or NetBox, in the order of an undisturbed change; of a read that comes again, in another call or for another guest, the first is
tried. At each moment that has an entry the process was killed, another one was started, and this is how the change ended, with the number of requests for
a new guest, and of other requests that change the guest, which Proxmox received. *${lost}*: the worker lived on, and the connection was cut after the
effect.

${tried.length} moments. Ends: ${[...ends].map(([state, count]) => `${count} × \`${state}\``).join(', ')}. Most guests of one name: ${most('guests')}. Most
requests for one new guest: ${most('births')}. DELETEs: ${most('deletes')}.

Written by \`RECORD_CRASH_POINTS=1 npx jest test/workflows/intent/crash-matrix\`.
${(Object.keys(titles) as Scenario[])
  .map(scenario =>
    section(
      scenario,
      tried.filter(each => each.scenario === scenario),
    ),
  )
  .join('')}`;
}

function section(scenario: Scenario, tried: readonly Tried[]): string {
  const columns = [...moments, lost];
  const requests = [...new Map(tried.map(({ point }) => [`${point.activity} ${point.request}`, point])).values()];
  const rows = requests.map(({ activity, request }, n) => {
    const cells = tried.filter(({ point }) => point.activity === activity && point.request === request);
    const shown = columns.map(column => {
      const end = cells.find(({ moment }) => moment === column)?.end;
      return end ? `${end.state}, ${end.births} + ${end.writes}` : '';
    });
    return `| ${[n + 1, activity.replace(/^\w+\.|#1$/g, ''), `\`${request.replace(/#1$/, '')}\``, ...shown].join(' | ')} |`;
  });
  return `
## ${titles[scenario]}

| # | activity | request | ${columns.join(' | ')} |
|---|---|---|${columns.map(() => '---').join('|')}|
${rows.join('\n')}
`;
}
