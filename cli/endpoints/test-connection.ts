import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeView } from '../../api/endpoints/probe-schema';
import type { ApiClient } from '../connection/client';
import { CommandError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';

const PATIENCE_MS = 90_000;
const PAUSE_MS = 1_000;

/**
 * Has the connections of an endpoint tested, and waits for what was found.
 * @throws CommandError when no worker answers.
 */
export async function testConnection(api: ApiClient, { id, name }: { id: string; name: string }): Promise<ProbeView> {
  const deadline = Date.now() + PATIENCE_MS;
  const headers = { prefer: 'wait=20' };
  let { body: test } = await api.send<ProbeView>('POST', `/endpoints/${id}/test`, { headers });
  while (test.state === 'running') {
    if (Date.now() > deadline) throw unanswered(name);
    await sleep(PAUSE_MS);
    ({ body: test } = await api.get<ProbeView>(`/endpoints/${id}/tests/${test.id}`));
  }
  return test;
}

const unanswered = (name: string): CommandError =>
  new CommandError({
    code: 'no-worker',
    what: `The test of ${name} has no result after ${PATIENCE_MS / 1000} seconds.`,
    why: 'Probably no worker is polling.',
    next: 'proxbox doctor',
    exitCode: exitCodes.unreachable,
  });

/** 7 when Proxmox or NetBox does not answer, 1 when a sync cannot work for another reason. */
export function exitCodeOf({ ok, proxmox, netbox }: ProbeView): ExitCode {
  if (ok === true) return exitCodes.ok;
  const silent = [proxmox?.problem, netbox?.problem].some(problem => problem?.reason.endsWith('-unreachable'));
  return silent ? exitCodes.unreachable : exitCodes.error;
}

/** What is wrong, worst first, a sentence each; empty when nothing is. */
export function complaintsOf({ proxmox, netbox }: ProbeView): { needed: string[]; optional: string[] } {
  const told = [proxmox?.problem?.message, proxmox?.bindingMessage, netbox?.problem?.message].filter(
    text => typeof text === 'string',
  );
  const privileges = (proxmox?.missing ?? []).map(({ credential, privilege, path, hides, required }) => ({
    required,
    text: `The ${credential} credential lacks ${privilege} on ${path}, which hides ${hides}.`,
  }));
  const permissions = (netbox?.missing ?? []).map(({ objectType, actions, required }) => ({
    required,
    text: `The NetBox token may not ${actions.join(', ')} ${objectType}.`,
  }));
  const missing = [...privileges, ...permissions];
  const textsOf = (wanted: boolean): string[] => missing.filter(({ required }) => required === wanted).map(({ text }) => text);
  return { needed: [...told, ...textsOf(true)], optional: textsOf(false) };
}
