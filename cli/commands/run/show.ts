import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { findRunId, getRun } from '../../runs/find-run';
import { reportRun } from '../../runs/report';

export const runShow = command({
  name: 'show',
  summary: 'Everything about a run, and what to do next.',
  arguments: ['RUN'],
  options: {},
  async run({ api, terminal }, _values, [wanted = '']) {
    const client = api();
    const run = await getRun(client, await findRunId(client, wanted));
    if (terminal.json) terminal.printJson(run);
    else terminal.print(reportRun(run, terminal.paints));
    return exitCodes.ok;
  },
});
