import type { IntentStatusView } from '../../api/intent/schema';
import type { ApiClient } from '../connection/client';
import { CommandError } from '../errors';
import type { Check } from './check';

/** Whether changes in NetBox are noticed, where they are to reach Proxmox. */
export async function checkIntent(api: ApiClient): Promise<Check[]> {
  try {
    const { body } = await api.get<IntentStatusView>('/intent/status');
    if (!body.enabled) return [{ name: 'changes of guests', result: 'ok', detail: 'switched off' }];
    return [checkWatch(body), ...checkCalls(body)];
  } catch (error) {
    // What is wrong with the token is said by another check.
    if (error instanceof CommandError) return [];
    throw error;
  }
}

const watches = { branches: 'merged branches of NetBox are looked for', 'change-log': "NetBox's change log is watched" } as const;

function checkWatch({ watched, netboxCalls }: IntentStatusView): Check {
  const name = 'changes of guests';
  if (watched !== null) return { name, result: 'ok', detail: watches[watched] };
  if (netboxCalls?.state === 'no-branching')
    return { name, result: 'ok', detail: 'by request alone: NetBox has no branches, and intent_watch_change_log is off' };
  return { name, result: 'warning', detail: 'no worker has looked at NetBox yet', next: 'Look at the worker, and at NetBox.' };
}

function checkCalls({ watched, netboxCalls }: IntentStatusView): Check[] {
  if (watched !== 'branches' || netboxCalls === null) return [];
  const { state, message } = netboxCalls;
  const isOk = state === 'installed';
  return [{ name: "NetBox's calls", result: isOk ? 'ok' : 'warning', detail: message, ...(!isOk && { next: nextOf[state] }) }];
}

const nextOf = {
  'no-branching': undefined,
  'no-public-url': 'Set PROXBOX_PUBLIC_URL of API and worker, or leave it: merged branches are applied a little later.',
  refused: "Give NetBox's token the permissions to view, add and change webhooks and event rules.",
} as const;
