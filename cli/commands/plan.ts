import type { PlanListView } from '../../api/intent/plan-list';
import type { IntentPlanView } from '../../api/intent/schema';
import { command, type Group } from '../command';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { readChanges } from '../intent/changes-file';
import { awaitPlan, branchOf, getPlan, getPlanOfBranch } from '../intent/find-plan';
import { planTable } from '../intent/plan-table';
import { planText } from '../intent/plan-text';
import { numberOf } from '../options';

const branch = { type: 'string', value: 'ID', help: 'A branch of NetBox, by its id.' } as const;
const calls = { type: 'boolean', help: 'With the exact calls to Proxmox.' } as const;

const show = command({
  name: 'show',
  summary: 'What a plan would do to each guest, and what each check says.',
  arguments: ['[PLAN]'],
  options: { branch, calls },
  details: 'Give the id of a plan, or --branch for the newest one of a branch.',
  async run(context, { branch: ofBranch, calls: withCalls }, [wanted]) {
    if ((wanted === undefined) === (ofBranch === undefined))
      throw new UsageError('Give the id of a plan, or --branch ID.', 'proxbox help plan show');
    const client = context.api();
    const plan = ofBranch === undefined ? await getPlan(client, wanted ?? '') : await getPlanOfBranch(client, ofBranch);
    tell(context, plan, withCalls);
    return exitCodes.ok;
  },
});

const make = command({
  name: 'make',
  summary: 'Plan changes of guests, from a file of JSON or of a branch. Nothing is changed.',
  arguments: ['[FILE]'],
  options: {
    branch,
    endpoint: { type: 'string', value: 'NAME', help: 'Where the guests are, if the changes do not say.' },
    calls,
    'exit-code': { type: 'boolean', help: 'Exit with 3 when nothing is blocked and the plan holds changes.' },
    timeout: { type: 'string', value: 'SECONDS', help: 'How long to wait for the plan; 300 unless given.' },
  },
  details:
    'FILE is a list of changes, or what POST /intent/plan takes; - is standard input. Exits with 6 when something is blocked, with 1 when everything is.',
  async run(context, values, [file]) {
    if ((file === undefined) === (values.branch === undefined))
      throw new UsageError('Give a file of changes, or --branch ID.', 'proxbox help plan make');
    const timeout = numberOf(values.timeout, '--timeout', 300) * 1000;
    const asked = values.branch === undefined ? await readChanges(file ?? '') : { branch_id: branchOf(values.branch) };
    const body = { ...(values.endpoint !== undefined && { endpoint_id: values.endpoint }), ...asked };
    const client = context.api();
    const { body: started } = await client.send<IntentPlanView>('POST', '/intent/plan', { body });
    const plan = await awaitPlan(client, started.id, timeout, context.interrupted);
    tell(context, plan, values.calls);
    return exitOf(context, plan, values['exit-code'] === true);
  },
});

const list = command({
  name: 'list',
  summary: 'The latest plans.',
  options: { limit: { type: 'string', value: 'N', help: 'At most so many; 20 unless given.' } },
  async run({ api, terminal }, { limit }) {
    const items = await api().collect<PlanListView['items'][number]>('/intent/plans', {}, numberOf(limit, '--limit', 20));
    if (terminal.json) terminal.printJson({ items });
    else if (items.length === 0) terminal.say('No plans yet. Make one: proxbox plan make --branch ID');
    else terminal.print(planTable(items, terminal.paints));
    return exitCodes.ok;
  },
});

function tell({ terminal }: Context, plan: IntentPlanView, withCalls = false): void {
  if (terminal.json) terminal.printJson(plan);
  else if (!terminal.quiet) terminal.print(planText(plan, terminal.paints, { calls: withCalls }));
}

/** A plan that could not be made, or of which something is blocked, is a problem. */
function exitOf({ terminal }: Context, plan: IntentPlanView, changesCount: boolean): ExitCode {
  const blocked = plan.changes.filter(({ verdict }) => verdict === 'blocked').length;
  if (plan.state === 'ready' && blocked === 0) {
    if (plan.changes.length > 0) terminal.say(nextOf(plan));
    return changesCount && plan.changes.length > 0 ? exitCodes.planHasChanges : exitCodes.ok;
  }
  const all = blocked === plan.changes.length;
  const exitCode = all ? exitCodes.error : exitCodes.partial;
  const what =
    plan.state === 'ready' ? `${blocked} of ${plan.changes.length} guests are blocked.` : 'The plan could not be made.';
  terminal.problem({
    code: plan.reason ?? 'blocked',
    what,
    why: plan.state === 'ready' ? undefined : (plan.summary ?? undefined),
    next: plan.state === 'ready' ? 'Do what stands beside each of them, and plan again.' : 'proxbox doctor --connections',
    exitCode,
  });
  return exitCode;
}

/** A branch is merged, which applies it; what was posted is applied. */
const nextOf = ({ id, branch, digest }: IntentPlanView): string =>
  branch !== null && branch.mergedAt === null
    ? `Merge and apply it: proxbox intent merge ${branch.id} --digest ${digest ?? ''}`
    : `Apply it: proxbox intent apply ${id} --digest ${digest ?? ''}`;

export const planCommands: Group = {
  name: 'plan',
  summary: 'Plans of changes of guests, from NetBox or posted. PLAN is an id.',
  commands: [make, show, list],
};
