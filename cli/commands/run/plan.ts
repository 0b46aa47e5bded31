import type { ChangeView } from '../../../api/runs/schema';
import { requireChoice } from '../../choice';
import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { getPlan } from '../../intent/find-plan';
import { planText } from '../../intent/plan-text';
import { numberOf } from '../../options';
import { summariseChanges } from '../../runs/changes';
import { findRunId, getRun } from '../../runs/find-run';
import { objectKinds } from '../../runs/kinds';
import { planLines } from '../../runs/plan-text';

const ACTIONS = ['create', 'update', 'delete', 'link'];
const STATES = ['planned', 'sending', 'done', 'refused', 'skipped'];

export const runPlan = command({
  name: 'plan',
  summary: 'What a run would change, or changed, field by field.',
  arguments: ['RUN'],
  options: {
    type: { type: 'string', value: 'KIND', choices: objectKinds, help: 'Only this kind of NetBox objects.' },
    action: { type: 'string', value: 'ACTION', choices: ACTIONS, help: 'create, update, delete or link.' },
    state: { type: 'string', value: 'STATE', choices: STATES, help: 'planned, sending, done, refused or skipped.' },
    search: { type: 'string', value: 'TEXT', help: 'Part of a name, a guest or a value.' },
    limit: { type: 'string', value: 'N', help: 'At most so many changes; all unless given.' },
    short: { type: 'boolean', help: 'A line per change, without its fields.' },
  },
  async run({ api, terminal }, { type, action, state, search, limit, short = false }, [wanted = '']) {
    if (type !== undefined) requireChoice(type, objectKinds, 'kind of objects');
    if (action !== undefined) requireChoice(action, ACTIONS, 'action');
    if (state !== undefined) requireChoice(state, STATES, 'state of a change');
    const most = numberOf(limit, '--limit', Infinity);

    const client = api();
    const run = await getRun(client, await findRunId(client, wanted));
    if (run.intent !== null) {
      const intent = await getPlan(client, run.intent.planId);
      if (terminal.json) terminal.printJson(intent);
      else terminal.print(planText(intent, terminal.paints));
      return exitCodes.ok;
    }
    const items = await client.collect<ChangeView>(`/runs/${run.id}/plan`, { kind: type, action, state, q: search }, most);
    if (terminal.json)
      terminal.printJson({ runId: run.id, state: run.state, planDigest: run.planDigest, totals: run.plan.totals, items });
    else
      terminal.print([summariseChanges(run.plan.totals), ...planLines(run, items, { paints: terminal.paints, fields: !short })]);
    return exitCodes.ok;
  },
});
