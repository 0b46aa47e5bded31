import type { GuestChangeView, IntentMergeView } from '../../api/intent/schema';
import type { RunView } from '../../api/runs/schema';
import { command, type Group } from '../command';
import type { Context } from '../context';
import { CommandError } from '../errors';
import { exitCodes } from '../exit-codes';
import { awaitMerge, mergeProblem } from '../intent/await-merge';
import { branchOf, getPlan, getPlanOfBranch } from '../intent/find-plan';
import { planText } from '../intent/plan-text';
import { agreed, type Asking } from '../output/ask';
import { getRun } from '../runs/find-run';
import { tellStarted } from '../runs/started';
import { patienceOf, waitOptions } from '../runs/wait-options';

const apply = command({
  name: 'apply',
  summary: 'Apply a plan in Proxmox, one guest after the other.',
  arguments: ['PLAN'],
  options: {
    digest: { type: 'string', value: 'DIGEST', help: 'Of the plan that was read; nothing is asked then.' },
    yes: { type: 'boolean', short: 'y', help: 'Apply the plan as it is now, without a question.' },
    'stop-on-failure': { type: 'boolean', help: 'Begin no further guest after the first that fails.' },
    ...waitOptions,
  },
  details:
    'What a plan blocks is not made. Each guest is read again right before it is written: one that changed since is left alone.',
  async run(context, values, [wanted = '']) {
    const { terminal, asking } = context;
    const patience = values.wait === true ? patienceOf(values) : undefined;
    const client = context.api();
    const plan = await getPlan(client, wanted);
    const digest = values.digest ?? plan.digest;
    if (plan.state !== 'ready' || digest === null) {
      throw new CommandError({
        code: plan.reason ?? 'plan-not-ready',
        what: `Plan ${plan.id} is ${plan.state}.`,
        why: plan.summary ?? undefined,
        next: `proxbox plan show ${plan.id}`,
        exitCode: exitCodes.error,
      });
    }
    if (values.digest === undefined && values.yes !== true) {
      for (const line of planText(plan, terminal.paints, { calls: true })) terminal.say(line);
      if (!(await agreed(asking, values.yes, 'Apply this in Proxmox?'))) {
        terminal.say('Nothing was applied.');
        return exitCodes.rejected;
      }
    }
    const body = { plan_id: plan.id, digest, stop_on_failure: values['stop-on-failure'] === true };
    const { body: run } = await client.send<RunView>('POST', '/intent/apply', { body });
    return tellStarted(context, run, { patience });
  },
});

const merge = command({
  name: 'merge',
  summary: 'Merge a branch of NetBox for the plan that was read, and apply it in Proxmox.',
  arguments: ['BRANCH'],
  options: {
    digest: { type: 'string', value: 'DIGEST', help: 'Of the plan that was read; nothing is asked then.' },
    yes: { type: 'boolean', short: 'y', help: 'For the newest plan as it is now, without a question.' },
    'allow-blocked': { type: 'boolean', help: 'Merge although some guests are blocked: nothing is done to those.' },
    'acknowledge-conflicts': { type: 'boolean', help: "Merge although NetBox's main changed the same: the branch wins." },
    'stop-on-failure': { type: 'boolean', help: 'Begin no further guest after the first that fails.' },
    ...waitOptions,
  },
  details:
    'BRANCH is its id in NetBox. The branch is planned once more: if that plan is another one, nothing is merged. NetBox merges the whole branch.',
  async run(context, values, [wanted = '']) {
    const { terminal, asking } = context;
    const patience = values.wait === true ? patienceOf(values) : undefined;
    const client = context.api();
    const branchId = branchOf(wanted);
    const digest = values.digest ?? (await agreedDigest(context, wanted, values.yes, asking));
    if (digest === undefined) {
      terminal.say('Nothing was merged.');
      return exitCodes.rejected;
    }
    const body = {
      branch_id: branchId,
      digest,
      allow_blocked: values['allow-blocked'] === true,
      acknowledge_conflicts: values['acknowledge-conflicts'] === true,
      stop_on_failure: values['stop-on-failure'] === true,
    };
    const { body: asked } = await client.send<IntentMergeView>('POST', '/intent/merge', { body });
    if (patience === undefined) {
      if (terminal.json) terminal.printJson(asked);
      else terminal.print(asked.id);
      terminal.say(`The branch ${asked.branch.name} is checked once more and merged. See: proxbox plan show ${asked.planId}`);
      return exitCodes.ok;
    }
    const ended = await awaitMerge(client, asked.id, patience, context.interrupted);
    if (ended.runId === null) throw mergeProblem(ended);
    terminal.say(`The branch ${ended.branch.name} is merged.`);
    return tellStarted(context, await getRun(client, ended.runId), { patience });
  },
});

/** The digest of the newest plan of the branch, which a person agreed to; undefined when they did not. */
async function agreedDigest(
  { api, terminal }: Context,
  wanted: string,
  yes: boolean | undefined,
  asking: Asking,
): Promise<string | undefined> {
  const plan = await getPlanOfBranch(api(), wanted);
  if (plan.state !== 'ready' || plan.digest === null) {
    throw new CommandError({
      code: plan.reason ?? 'plan-not-ready',
      what: `Plan ${plan.id} is ${plan.state}.`,
      why: plan.summary ?? undefined,
      next: `proxbox plan make --branch ${wanted}`,
      exitCode: exitCodes.error,
    });
  }
  if (yes !== true) for (const line of planText(plan, terminal.paints, { calls: true })) terminal.say(line);
  return (await agreed(asking, yes, 'Merge the branch, and apply this in Proxmox?')) ? plan.digest : undefined;
}

const drop = command({
  name: 'drop',
  summary: 'Give up a change that was not made: syncs go on with the fields of its guest.',
  arguments: ['CHANGE'],
  options: {},
  details: 'CHANGE is the id of a change, as plan show --json has it.',
  async run({ api, terminal }, _values, [id = '']) {
    const { body } = await api().send<GuestChangeView>('POST', `/intent/changes/${encodeURIComponent(id)}/drop`);
    if (terminal.json) terminal.printJson(body);
    terminal.say(`The change of ${body.name} was given up.`);
    return exitCodes.ok;
  },
});

export const intentCommands: Group = {
  name: 'intent',
  summary: 'Changes of guests in Proxmox, by a plan that was read.',
  commands: [apply, merge, drop],
};
