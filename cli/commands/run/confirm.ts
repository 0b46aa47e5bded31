import type { RunSummaryView, RunView } from '../../../api/runs/schema';
import { command } from '../../command';
import type { ApiClient } from '../../connection/client';
import type { Context } from '../../context';
import { CommandError } from '../../errors';
import { type ExitCode, exitCodes } from '../../exit-codes';
import { agreed } from '../../output/ask';
import { problemOfRun } from '../../runs/advice';
import { summariseChanges } from '../../runs/changes';
import { findRunId, getRun } from '../../runs/find-run';
import { follow } from '../../runs/follow';
import { exitCodeOf, stateText } from '../../runs/states';
import { tellStarted } from '../../runs/started';
import { type Patience, patienceOf, waitOptions } from '../../runs/wait-options';

export const runConfirm = command({
  name: 'confirm',
  summary: 'Let a plan be written that waits for a person. A new run does it.',
  arguments: ['RUN'],
  options: {
    yes: { type: 'boolean', short: 'y', help: 'Do not ask.' },
    ...waitOptions,
  },
  details: 'Of a sync of several endpoints, every plan that waits is confirmed. Read it first: proxbox run plan RUN',
  async run(context, values, [wanted = '']) {
    const { terminal, asking } = context;
    const patience = values.wait === true ? patienceOf(values) : undefined;
    const client = context.api();
    const waiting = await waitingRuns(client, await findRunId(client, wanted));

    for (const run of waiting) terminal.say(`${run.endpoint?.name}: ${summariseChanges(run.plan.totals)}. ${run.message ?? ''}`);
    if (!(await agreed(asking, values.yes, 'Write this to NetBox?'))) {
      terminal.say('Nothing was confirmed.');
      return exitCodes.rejected;
    }
    const started: RunView[] = [];
    for (const { id, planDigest } of waiting) {
      started.push((await client.send<RunView>('POST', `/runs/${id}/confirm`, { body: { planDigest } })).body);
    }
    return tellAll(context, started, patience);
  },
});

/** Runs of several endpoints are told one after the other, as JSON in one list; the exit code is that of the worst. */
async function tellAll(context: Context, started: RunView[], patience: Patience | undefined): Promise<ExitCode> {
  const { terminal } = context;
  if (!terminal.json) {
    const codes: ExitCode[] = [];
    for (const run of started) codes.push(await tellStarted(context, run, { patience }));
    return worst(codes);
  }
  const items: RunView[] = [];
  for (const run of started) items.push(patience === undefined ? run : await follow(context, run.id, patience));
  terminal.printJson({ items });
  for (const problem of items.map(run => problemOfRun(run))) if (problem !== undefined) terminal.problem(problem);
  return worst(items.map(exitCodeOf));
}

const worst = (codes: ExitCode[]): ExitCode => codes.reduce((bad, code) => (code > bad ? code : bad), exitCodes.ok);

/** The run, or those of its endpoints, that wait. */
async function waitingRuns(client: ApiClient, id: string): Promise<RunView[]> {
  const run = await getRun(client, id);
  const isWaiting = ({ state, endpoint }: RunSummaryView): boolean => state === 'awaiting_confirmation' && endpoint !== null;
  const found = isWaiting(run) ? [run] : await Promise.all(run.children.filter(isWaiting).map(child => getRun(client, child.id)));
  if (found.length > 0) return found;
  throw new CommandError({
    code: 'not-awaiting-confirmation',
    what: `Run ${id} does not wait for a person.`,
    why: `It is ${stateText(run.state)}.`,
    next: 'proxbox run list --state awaiting_confirmation',
    exitCode: exitCodes.error,
  });
}
