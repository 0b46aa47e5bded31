import type { Endpoint } from '../../../database/repositories/endpoints';
import { type RunSummaryView, runStates } from '../../runs/schema';
import type { Html } from '../html/h';
import { pager, type Paging } from '../html/pager';
import { choice, empty, filters, heading, section } from '../html/parts';
import { runTable } from '../html/run-row';
import { stateWord } from '../html/state';

interface RunList extends Paging {
  runs: readonly RunSummaryView[];
  endpoints: readonly Endpoint[];
  filter: { state?: string | undefined; kind?: string | undefined; endpoint?: string | undefined };
}

const anything = ['', 'any'] as const;

export function runListBody({ runs, endpoints, filter, ...paging }: RunList): Html[] {
  const names = endpoints.map(({ id, name }) => [id, name] as const);
  const chosen = endpoints.find(({ id, name }) => [id, name.toLowerCase()].includes(filter.endpoint?.toLowerCase() ?? ''))?.id;
  return [
    heading('Runs'),
    filters(
      'Filter runs',
      choice('state', 'State', [anything, ...runStates.map(state => [state, stateWord(state)] as const)], filter.state),
      choice(
        'kind',
        'Sort',
        [anything, ['full-sync', 'Full sync'], ['endpoint-sync', 'Of one endpoint'], ['intent-apply', 'Changes of guests']],
        filter.kind,
      ),
      choice('endpoint', 'Endpoint', [anything, ...names], chosen),
    ),
    section(
      'Newest first',
      runs.length === 0 ? empty('No run is like that.') : runTable('Runs', runs),
      pager('/ui/runs', { ...filter }, paging),
    ),
  ];
}
