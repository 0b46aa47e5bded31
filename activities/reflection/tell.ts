/** What a run tells people and programs while it is at work. */
import { log } from '@temporalio/activity';
import type { ReflectionStore } from '../../database/reflection-store';
import { categoryOf, type AnyStep, type RunStep } from '../../domain/run-events';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';

type Store = Pick<ReflectionStore, 'appendRunEvent' | 'completeStep'>;

/** Progress is told this often at most: thousands of guests must not become thousands of rows. */
const tellEveryMs = 1_000;

export interface Tell {
  /** Told once, however often the step's activity is repeated. */
  started(step: AnyStep, message: string): Promise<void>;
  completed(step: AnyStep, message: string, result: Record<string, unknown>): Promise<void>;
  /** A kind begins to be written. */
  kind(kind: ReflectionKindName): Promise<void>;
  /** How far a step is; most calls are left out, and none is waited for. */
  progress(step: RunStep, doing: string, current: number, total: number): void;
  /** What a step came to, in numbers. */
  summary(step: RunStep, message: string, result: Record<string, number>): Promise<void>;
  discovery(message: string, count: number, metadata: Record<string, unknown>): Promise<void>;
  /** An object that NetBox refused, with its words. */
  refused(object: { seq: number; kind: string; label: string; text: string }): Promise<void>;
  /** An attempt failed; whether the run goes on is Temporal's to say. */
  failed(reason: string, message: string, attempt: number): Promise<void>;
}

export function createTell(store: Store, runId: string): Tell {
  let toldAt = 0;
  let underWay = false;
  return {
    started: (step, message) =>
      store.appendRunEvent(runId, { event: 'step', once: `${step} started`, data: { step, status: 'started', message } }),
    completed: (step, message, result) => store.completeStep(runId, step, { message, result }),
    kind: kind =>
      store.appendRunEvent(runId, {
        event: 'substep',
        once: `apply ${kind}`,
        data: { phase: 'apply', substep: kind, status: 'started', message: `Writing ${kind}.` },
      }),
    progress: (step, doing, current, total) => {
      if (underWay || Date.now() - toldAt < tellEveryMs) return;
      [underWay, toldAt] = [true, Date.now()];
      const data = { phase: step, item: null, status: 'processing', message: `${doing}: ${current} of ${total}` };
      const progress = { current, total, percent: total === 0 ? 100 : Math.floor((current / total) * 100) };
      store
        .appendRunEvent(runId, { event: 'item_progress', data: { ...data, progress } })
        .catch((error: unknown) => log.debug('Progress could not be told', { run: runId, error }))
        .finally(() => (underWay = false));
    },
    summary: (step, message, result) =>
      store.appendRunEvent(runId, {
        event: 'phase_summary',
        once: `${step} summary`,
        data: { phase: step, status: 'completed', message, result },
      }),
    discovery: (message, count, metadata) =>
      store.appendRunEvent(runId, {
        event: 'discovery',
        once: 'discovery',
        data: { phase: 'observe', status: 'discovered', message, count, items: [], metadata },
      }),
    refused: ({ seq, kind, label, text }) =>
      store.appendRunEvent(runId, {
        event: 'error_detail',
        once: `refused ${seq}`,
        data: {
          phase: 'apply',
          item: { name: label, type: kind },
          category: 'validation',
          message: text,
          detail: 'writes-refused',
        },
      }),
    failed: (reason, message, attempt) =>
      store.appendRunEvent(runId, {
        event: 'error_detail',
        data: { phase: null, item: null, category: categoryOf(reason), message, detail: reason, attempt },
      }),
  };
}
