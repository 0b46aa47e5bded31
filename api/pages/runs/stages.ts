import type { StepTime } from '../../../database/repositories/run-events';
import { runSteps } from '../../../domain/run-events';
import type { RunView } from '../../runs/schema';
import { h, type Html } from '../html/h';
import { stepWords } from '../html/state';
import { duration } from '../html/words';
import { progressNow, type RunStory } from './story';

/** The four steps of a sync: which one is at work and how far it is, which were done, and how long each took. */
export function stagesOf(run: RunView, story: RunStory): Html {
  const phase = run.phase?.split(' ')[0];
  const at = runSteps.findIndex(name => name === phase);
  const through = run.state === 'completed' || run.state === 'partial';
  const tells = story.steps.some(({ runId }) => runId === run.id);
  const last = run.state === 'awaiting_confirmation' || run.scope.dryRun === true ? 2 : runSteps.length;
  return h(
    'ol',
    { class: 'stages', 'aria-label': 'Stages' },
    ...runSteps.map((step, index) => {
      const current = run.state === 'running' && index === at;
      const done = (at >= 0 && index < at) || ((through || run.state === 'awaiting_confirmation') && index < last);
      const times = story.steps.find(item => item.runId === run.id && item.step === step);
      return h(
        'li',
        { class: current ? 'current' : done ? 'done' : 'open', 'aria-current': current ? 'step' : null },
        stepWords[step],
        h('small', null, current ? run.phase?.split(' ')[1] : times ? took(times) : done && tells ? 'nothing to do' : ''),
        current && progressBar(story),
      );
    }),
  );
}

const took = ({ startedAt, endedAt }: StepTime): string =>
  endedAt === null ? 'not ended' : duration(endedAt.getTime() - startedAt.getTime());

function progressBar(story: RunStory): Html | null {
  const now = progressNow(story);
  if (now === undefined) return null;
  return h('progress', { value: now.current, max: Math.max(1, now.total), title: now.text, 'aria-label': now.text });
}
