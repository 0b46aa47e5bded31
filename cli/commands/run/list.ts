import type { RunSummaryView } from '../../../api/runs/schema';
import { requireChoice } from '../../choice';
import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { numberOf } from '../../options';
import { table } from '../../output/table';
import { runStates } from '../../runs/kinds';
import { countsText } from '../../runs/progress';
import { statePaint, whatOf } from '../../runs/report';
import { stageText } from '../../runs/states';
import { durationText, timeText } from '../../runs/times';

const KINDS = ['full-sync', 'endpoint-sync', 'intent-apply', 'all'];

export const runList = command({
  name: 'list',
  summary: 'The latest runs.',
  options: {
    state: { type: 'string', value: 'STATE', choices: runStates, help: 'Only runs in this state.' },
    kind: {
      type: 'string',
      value: 'KIND',
      choices: KINDS,
      help: 'full-sync, endpoint-sync, intent-apply or all; full-sync unless an endpoint is given.',
    },
    endpoint: { type: 'string', value: 'NAME', help: 'Only runs of this endpoint.' },
    limit: { type: 'string', value: 'N', help: 'At most so many; 20 unless given.' },
  },
  async run({ api, terminal }, { state, endpoint, limit, kind = endpoint === undefined ? 'full-sync' : 'endpoint-sync' }) {
    if (state !== undefined) requireChoice(state, runStates, 'state of a run');
    requireChoice(kind, KINDS, 'kind of runs');
    const query = { state, endpoint, kind: kind === 'all' ? undefined : kind };
    const items = await api().collect<RunSummaryView>('/runs', query, numberOf(limit, '--limit', 20));
    if (terminal.json) terminal.printJson({ items });
    else if (items.length === 0) terminal.say('No runs.');
    else {
      const { bold } = terminal.paints;
      const head = ['RUN', 'STARTED', 'STATE', 'WHAT', 'TOOK', 'RESULT'].map(text => ({ text, paint: bold }));
      const rows = items.map(run => [
        run.id.slice(0, 8),
        timeText(run.createdAt),
        { text: stageText(run), paint: statePaint(run.state, terminal.paints) },
        whatOf(run),
        durationText(run) ?? '',
        [countsText(run.counts), run.reason ?? ''].filter(text => text !== '').join('; '),
      ]);
      terminal.print(table([head, ...rows]));
    }
    return exitCodes.ok;
  },
});
