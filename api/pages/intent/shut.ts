import type { GateReason } from '../../../domain/intent/gate';
import { h, type Html } from '../html/h';
import { notice } from '../html/parts';

/** Red words on which part of the gate is shut, and what opens it. */
export function shutNotice(reasons: readonly GateReason[]): Html | null {
  if (reasons.length === 0) return null;
  return notice(
    'bad',
    h('h2', null, 'Nothing is applied: the gate is shut'),
    h('ul', { class: 'findings' }, ...reasons.map(({ code, message }) => h('li', null, message, ' ', h('code', null, code)))),
  );
}
