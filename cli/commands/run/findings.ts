import type { FindingView } from '../../../api/runs/schema';
import { requireChoice } from '../../choice';
import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { numberOf } from '../../options';
import { table } from '../../output/table';
import { findRunId } from '../../runs/find-run';

const SEVERITIES = ['info', 'warning', 'error'];

export const runFindings = command({
  name: 'findings',
  summary: 'What a run noticed and did not change.',
  arguments: ['RUN'],
  options: {
    code: { type: 'string', value: 'CODE', help: 'Only findings of this sort, such as ip-conflict.' },
    severity: { type: 'string', value: 'SEVERITY', choices: SEVERITIES, help: 'info, warning or error.' },
    limit: { type: 'string', value: 'N', help: 'At most so many; all unless given.' },
  },
  async run({ api, terminal }, { code, severity, limit }, [wanted = '']) {
    if (severity !== undefined) requireChoice(severity, SEVERITIES, 'severity');
    const most = numberOf(limit, '--limit', Infinity);

    const client = api();
    const runId = await findRunId(client, wanted);
    const items = await client.collect<FindingView>(`/runs/${runId}/findings`, { code, severity }, most);
    if (terminal.json) terminal.printJson({ runId, items });
    else if (items.length === 0) terminal.say('No findings.');
    else {
      const { bold, red, yellow, dim } = terminal.paints;
      const paints = { info: dim, warning: yellow, error: red };
      const head = ['SEVERITY', 'CODE', 'WHAT', 'MESSAGE'].map(text => ({ text, paint: bold }));
      const rows = items.map(item => [
        { text: item.severity, paint: paints[item.severity] },
        item.code,
        item.label,
        item.message,
      ]);
      terminal.print(table([head, ...rows]));
    }
    return exitCodes.ok;
  },
});
