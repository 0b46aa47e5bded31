import type { Outcome } from './crash-outcomes';
import { moments, type CrashPoint } from './crash-points';
import type { Way } from './crash-ways';

/** What came of each crash, as a page for people. */
export function crashReport(
  points: ReadonlyMap<Way, readonly CrashPoint[]>,
  outcomes: readonly Outcome[],
  outcomeAt: (way: Way, stop: string) => Outcome | undefined,
): string {
  const requests = [...points.values()].flat().length;
  const counts = new Map<string, number>();
  for (const { state } of outcomes) counts.set(String(state), (counts.get(String(state)) ?? 0) + 1);
  const most = Math.max(...outcomes.map(({ deletes }) => deletes));
  const ends = [...counts].sort().map(([state, count]) => `${count} × \`${state}\``);
  return `# A worker that is killed

What becomes of a deletion when the worker process is killed (SIGKILL) in the middle of it. Each row is a request that the worker makes, to Proxmox,
NetBox or PostgreSQL, in the order of an undisturbed deletion; a transaction counts as one request. At each of four moments the process was killed,
another one was started, and this is how the request for deletion ended, with the number of DELETEs that Proxmox received for the guest. A read has no effect: a worker that
is killed at one of several that follow each other leaves the same, whichever it is, so that these are tried as one. One that is repeated for other guests, or while a task runs, is tried at the first of them.
What a way shares with a way before it is tried in that one alone.

${requests} requests, ${requests * moments.length} moments, ${outcomes.length} different steps in which a worker was killed. Ends: ${ends.join(', ')}. Most DELETEs of one guest: ${most}.

\`outcome_unknown\` is the answer where the permit to send was taken and no DELETE was seen: nothing is sent a second time, the guest is protected, and a
person is told. See [deletion.md](deletion.md).

Every time the test asks as well: whoever was not approved is there, with the configuration that it had, without our tag, hold and protection; while a merged
delete waits for its end its address is reserved, once; rejected, NetBox shows of its virtual machine what it showed before, with one address; destroyed,
the address is free; a guest that is destroyed after a backup has one; one journal entry and one receipt; no row of the audit log stays open.

Written by \`RECORD_CRASH_POINTS=1 npx jest test/workflows/deletion/crash-matrix\`, a test that CI runs each time; \`CRASH_AT_EACH_READ=1\` tries each read by itself.
${[...points].map(([way, own]) => section(way, own, stop => outcomeAt(way, stop))).join('')}`;
}

function section({ title }: Way, points: readonly CrashPoint[], outcomeAt: (stop: string) => Outcome | undefined): string {
  const rows = points.map(({ activity, request, stops }, n) => {
    const cells = moments.map(moment => {
      const outcome = outcomeAt(stops[moment]);
      return outcome ? `${outcome.state}, ${outcome.deletes}` : '–';
    });
    return `| ${[n + 1, activity.replace(/^\w+\.|#1$/g, ''), `\`${request.replace(/#1$/, '')}\``, ...cells].join(' | ')} |`;
  });
  return `
## ${title}

| # | activity | request | ${moments.join(' | ')} |
|---|---|---|${moments.map(() => '---').join('|')}|
${rows.join('\n')}
`;
}
