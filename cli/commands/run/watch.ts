import { command } from '../../command';
import { findRunId } from '../../runs/find-run';
import { follow } from '../../runs/follow';
import { tellEnded } from '../../runs/started';
import { patienceOf, patienceOptions } from '../../runs/wait-options';

export const runWatch = command({
  name: 'watch',
  summary: 'Follow a run to its end, and exit as it ended.',
  arguments: ['RUN'],
  options: patienceOptions,
  async run(context, values, [wanted = '']) {
    const patience = patienceOf(values);
    return tellEnded(context, await follow(context, await findRunId(context.api(), wanted), patience));
  },
});
