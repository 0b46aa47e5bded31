import type { RunView } from '../../../api/runs/schema';
import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { findRunId } from '../../runs/find-run';
import { isOpen, stateText } from '../../runs/states';

export const runCancel = command({
  name: 'cancel',
  summary: 'Ask a run to stop. What it has written stays.',
  arguments: ['RUN'],
  options: {},
  async run({ api, terminal }, _values, [wanted = '']) {
    const client = api();
    const id = await findRunId(client, wanted);
    const { body: run } = await client.send<RunView>('POST', `/runs/${id}/cancel`);
    if (terminal.json) terminal.printJson(run);
    terminal.say(
      isOpen(run) ? `Run ${id} was asked to stop. See it end: proxbox run watch ${id}` : `Run ${id} is ${stateText(run.state)}.`,
    );
    return exitCodes.ok;
  },
});
