import type { GuestChangeView } from '../../api/intent/schema';
import type { RunView } from '../../api/runs/schema';
import { command, type Group } from '../command';
import { CommandError } from '../errors';
import { exitCodes } from '../exit-codes';
import { getPlan } from '../intent/find-plan';
import { planText } from '../intent/plan-text';
import { agreed } from '../output/ask';
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
  commands: [apply, drop],
};
