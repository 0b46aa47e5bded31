import type { ChangeView, RunView } from '../../api/runs/schema';
import type { Context } from '../context';
import { type ExitCode, exitCodes } from '../exit-codes';
import { problemOfRun } from './advice';
import { summariseChanges, writesOf } from './changes';
import { follow } from './follow';
import { planLines } from './plan-text';
import { reportRun } from './report';
import { exitCodeOf } from './states';
import type { Patience } from './wait-options';

export interface StartedOptions {
  /** Undefined: do not wait. */
  patience: Patience | undefined;
  /** Exit with 3 when the plan of a dry run holds changes. */
  planExitCode?: boolean;
}

/** After a run was started: tells its id, or waits for its end and tells that. */
export async function tellStarted(
  context: Context,
  run: RunView,
  { patience, planExitCode = false }: StartedOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  if (patience === undefined) {
    if (terminal.json) terminal.printJson(run);
    else terminal.print(run.id);
    terminal.say(`Started. Watch it: proxbox run watch ${run.id}`);
    return exitCodes.ok;
  }
  terminal.say(`Run ${run.id}${run.workflow.url === null ? '' : `, ${run.workflow.url}`}`);
  return tellEnded(context, await follow(context, run.id, patience), planExitCode);
}

/** The report of an ended run on standard output, and what is wrong with it on standard error. */
export async function tellEnded(context: Context, run: RunView, planExitCode = false): Promise<ExitCode> {
  const { terminal } = context;
  if (terminal.json) terminal.printJson(run);
  else if (!terminal.quiet)
    terminal.print(run.scope.dryRun === true ? await planReport(context, run) : reportRun(run, terminal.paints));

  const isAnswer = run.state === 'completed' || run.state === 'awaiting_confirmation';
  if (planExitCode && isAnswer && writesOf(run.plan.totals) > 0) return exitCodes.planHasChanges;
  const problem = problemOfRun(run);
  if (problem !== undefined) terminal.problem(problem);
  return exitCodeOf(run);
}

/** The summary first, then change by change. */
export async function planReport({ api, terminal }: Pick<Context, 'api' | 'terminal'>, run: RunView): Promise<string[]> {
  const changes = await api().collect<ChangeView>(`/runs/${run.id}/plan`, {});
  return [summariseChanges(run.plan.totals), ...planLines(run, changes, { paints: terminal.paints, fields: true })];
}
