import type { RunView } from '../../../api/runs/schema';
import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { findRunId } from '../../runs/find-run';

const steer = (verb: 'pause' | 'resume', summary: string, told: (id: string) => string) =>
  command({
    name: verb,
    summary,
    arguments: ['RUN'],
    options: {},
    async run({ api, terminal }, _values, [wanted = '']) {
      const client = api();
      const id = await findRunId(client, wanted);
      const { body: run } = await client.send<RunView>('POST', `/runs/${id}/${verb}`);
      if (terminal.json) terminal.printJson(run);
      terminal.say(told(id));
      return exitCodes.ok;
    },
  });

export const runPause = steer(
  'pause',
  'Let a run that applies changes begin no further guest.',
  id => `Run ${id} begins no further guest. Let it go on: proxbox run resume ${id}`,
);

export const runResume = steer(
  'resume',
  'Let a paused run go on.',
  id => `Run ${id} goes on. See it end: proxbox run watch ${id}`,
);
