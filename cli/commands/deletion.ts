import type { DeletionView } from '../../api/deletion/schema';
import { command, type Group } from '../command';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { requireChoice } from '../choice';
import { awaitSettled } from '../deletions/await-settled';
import { decisionOf, decisionOptions, type Verdict } from '../deletions/decide';
import { findDeletion, listDeletions, pathOf } from '../deletions/find-deletion';
import { deletionTable, guestText, reportDeletion } from '../deletions/report';
import { exitCodeOf, isSettled } from '../deletions/states';
import { findEndpoint } from '../endpoints/find-endpoint';
import { numberOf } from '../options';

const VERDICTS = ['approve', 'reject', 'cancel'];
const { reason, ...approval } = decisionOptions;

const list = command({
  name: 'list',
  summary: 'Requests that are open, whose deadline comes first; with --all those that have ended, too.',
  options: {
    all: { type: 'boolean', help: 'Also those that have ended.' },
    endpoint: { type: 'string', value: 'NAME', help: 'Only guests of this endpoint.' },
    limit: { type: 'string', value: 'N', help: 'At most so many; 100 unless given.' },
  },
  async run({ api, terminal }, { all, endpoint, limit }) {
    const client = api();
    const on = endpoint === undefined ? {} : { endpoint: (await findEndpoint(client, endpoint)).id };
    const items = await listDeletions(client, {
      ...on,
      ...(all !== true && { open: 'true' }),
      limit: numberOf(limit, '--limit', 100),
    });
    if (terminal.json) terminal.printJson({ items });
    else if (items.length === 0) terminal.say('No deletion request.');
    else terminal.print(deletionTable(items, terminal.paints));
    return exitCodes.ok;
  },
});

const show = command({
  name: 'show',
  summary: 'Everything that one decides by: who the guest is, what is lost, what blocks, who asked.',
  arguments: ['REQUEST'],
  options: {},
  async run(context, _values, [wanted = '']) {
    return tell(context, await findDeletion(context.api(), wanted));
  },
});

const request = command({
  name: 'request',
  summary: 'Ask for the deletion of a guest. Somebody else decides.',
  arguments: ['VMID'],
  options: {
    endpoint: { type: 'string', value: 'NAME', help: 'Where the guest is; needed where there are several.' },
    kind: {
      type: 'string',
      value: 'KIND',
      choices: ['qemu', 'lxc'],
      help: 'qemu or lxc; needed for a guest that no sync has seen.',
    },
    reason,
  },
  details: 'A guest that has an open request gets no second one: you join it.',
  async run(context, { endpoint, kind, reason: why }, [wanted = '']) {
    if (!/^\d{3,9}$/.test(wanted)) throw new UsageError(`"${wanted}" is no VMID.`, 'proxbox help deletion request');
    if (why === undefined) throw new UsageError('--reason is missing.', `proxbox deletion request ${wanted} --reason TEXT`);
    if (kind !== undefined) requireChoice(kind, ['qemu', 'lxc'], 'kind of guests');
    const on = { ...(endpoint !== undefined && { endpoint_id: endpoint }), ...(kind !== undefined && { kind }) };
    const body = { vmid: Number(wanted), reason: why, ...on };
    const { body: made } = await context.api().send<DeletionView>('POST', pathOf(), { body });
    context.terminal.say(`Nothing is destroyed until somebody else approves: proxbox deletion approve ${made.id.slice(0, 8)}`);
    return tell(context, made);
  },
});

const approve = command({
  name: 'approve',
  summary: 'Let a guest be destroyed that somebody else has asked for.',
  arguments: ['REQUEST'],
  options: {
    ...approval,
    wait: { type: 'boolean', help: 'Wait until it is destroyed, ended, or waits for somebody.' },
    timeout: { type: 'string', value: 'SECONDS', help: 'How long to wait; 1800 unless given.' },
  },
  details:
    'It shows the request, and wants the name of the guest typed, or --confirm NAME. Everything is checked again before the guest is destroyed.',
  async run(context, values, [wanted = '']) {
    const timeout = numberOf(values.timeout, '--timeout', 1800) * 1000;
    const decided = await decide(context, wanted, 'approve', values);
    context.terminal.say(`You approved the deletion of ${guestText(decided)}.`);
    if (values.wait !== true) return tell(context, decided);
    const end = await awaitSettled(context, decided.id, timeout);
    tell(context, end);
    return tellProblem(context, end);
  },
});

const reject = command({
  name: 'reject',
  summary: 'Let a guest stay that somebody has asked to delete.',
  arguments: ['REQUEST'],
  options: { reason },
  async run(context, values, [wanted = '']) {
    const decided = await decide(context, wanted, 'reject', values);
    context.terminal.say(`You rejected the deletion of ${guestText(decided)}.`);
    return tell(context, decided);
  },
});

const cancel = command({
  name: 'cancel',
  summary: 'Take back a request that you have made or joined.',
  arguments: ['REQUEST'],
  options: { reason },
  async run(context, values, [wanted = '']) {
    const decided = await decide(context, wanted, 'cancel', values);
    context.terminal.say(`You took back the deletion of ${guestText(decided)}.`);
    return tell(context, decided);
  },
});

const code = command({
  name: 'code',
  summary: 'A code for the Temporal Web UI or command line: by it your decision takes effect there. Valid once, for ten minutes.',
  arguments: ['REQUEST', 'VERDICT'],
  options: decisionOptions,
  details: 'VERDICT is approve, reject or cancel. The code is the argument of the Update or Signal of the same name.',
  async run(context, values, [wanted = '', verdict = '']) {
    requireChoice(verdict, VERDICTS, 'verdict');
    const client = context.api();
    const found = await findDeletion(client, wanted);
    const said = await decisionOf(context, found, verdict as Verdict, values);
    const asked = { headers: said.headers, body: { ...said.body, verdict } };
    const { body } = await client.send<{ code: string; expiresAt: string; workflowId: string }>(
      'POST',
      pathOf(found.id, 'code'),
      asked,
    );
    const { terminal } = context;
    if (terminal.json) terminal.printJson(body);
    else terminal.print(body.code);
    terminal.say(`temporal workflow signal --workflow-id ${body.workflowId} --name ${verdict} --input '"${body.code}"'`);
    return exitCodes.ok;
  },
});

const adopt = command({
  name: 'adopt',
  summary: 'Take on a request whose asker is none of our users: you become its requester.',
  arguments: ['REQUEST'],
  options: {},
  async run(context, _values, [wanted = '']) {
    const client = context.api();
    const { id } = await findDeletion(client, wanted);
    return tell(context, (await client.send<DeletionView>('POST', pathOf(id, 'adopt'))).body);
  },
});

async function decide(
  context: Context,
  wanted: string,
  verdict: Verdict,
  values: Parameters<typeof decisionOf>[3],
): Promise<DeletionView> {
  const client = context.api();
  const found = await findDeletion(client, wanted);
  return (await client.send<DeletionView>('POST', pathOf(found.id, verdict), await decisionOf(context, found, verdict, values)))
    .body;
}

function tell({ terminal }: Context, found: DeletionView): ExitCode {
  if (terminal.json) terminal.printJson(found);
  else if (!terminal.quiet) terminal.print(reportDeletion(found, terminal.paints));
  return exitCodes.ok;
}

/** Whoever waited learns by the exit code, too, that the guest is not gone. */
function tellProblem({ terminal }: Context, { id, state, reasons }: DeletionView): ExitCode {
  const exitCode = exitCodeOf(state);
  if (exitCode === exitCodes.ok && isSettled(state)) return exitCode;
  terminal.problem({
    code: reasons[0]?.code ?? state,
    what: `The request is ${state.replaceAll('_', ' ')}: the guest was not destroyed.`,
    why: reasons.map(({ message }) => message).join(' ') || undefined,
    next: `proxbox deletion show ${id}`,
    exitCode,
  });
  return exitCode;
}

export const deletionCommands: Group = {
  name: 'deletion',
  summary: 'Deletion requests: asked for by one person, decided by another. REQUEST is an id, its first digits, or the VMID.',
  commands: [list, show, request, approve, reject, cancel, code, adopt],
};
