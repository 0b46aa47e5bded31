import type { Group } from '../command';
import { runCancel } from './run/cancel';
import { runConfirm } from './run/confirm';
import { runFindings } from './run/findings';
import { runList } from './run/list';
import { runPlan } from './run/plan';
import { runShow } from './run/show';
import { runPause, runResume } from './run/steer';
import { runWatch } from './run/watch';

export const runCommands: Group = {
  name: 'run',
  summary: 'Look at runs, and decide about them. RUN is an id, its first digits, or "last".',
  commands: [runList, runShow, runWatch, runPlan, runFindings, runConfirm, runPause, runResume, runCancel],
};
