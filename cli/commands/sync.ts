import type { FullUpdate, RunView } from '../../api/runs/schema';
import { requireChoice } from '../choice';
import { command } from '../command';
import type { Context } from '../context';
import { CommandError, UsageError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { objectKinds } from '../runs/kinds';
import { tellStarted } from '../runs/started';
import { patienceOf, waitOptions } from '../runs/wait-options';

export const sync = command({
  name: 'sync',
  summary: 'Bring NetBox in step with Proxmox.',
  options: {
    endpoint: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'Only this endpoint; may be repeated. All enabled ones unless given.',
    },
    type: {
      type: 'string',
      multiple: true,
      value: 'KIND',
      choices: objectKinds,
      help: 'Only this kind of NetBox objects, and what it depends on; may be repeated.',
    },
    'dry-run': { type: 'boolean', help: 'Stop after the plan; with --wait it is printed.' },
    'exit-code': { type: 'boolean', help: 'With --dry-run --wait: exit with 3 when the plan holds changes.' },
    user: {
      type: 'string',
      value: 'LABEL',
      help: 'A name for the audit log, such as the cron job that calls. It gives no rights.',
    },
    ...waitOptions,
  },
  async run(context, values) {
    const { endpoint: endpoints, type: kinds, 'dry-run': dryRun = false, 'exit-code': planExitCode = false, user } = values;
    for (const kind of kinds ?? []) requireChoice(kind, objectKinds, 'kind of objects');
    if (planExitCode && !(dryRun && values.wait === true))
      throw new UsageError('--exit-code goes with --dry-run and --wait.', 'proxbox sync --dry-run --wait --exit-code');
    if (user !== undefined && !/^[\x20-\x7e]{1,100}$/.test(user))
      throw new UsageError('--user takes up to 100 characters of ASCII.');
    const patience = values.wait === true ? patienceOf(values) : undefined;

    const body = { dryRun, ...(endpoints && { endpoints }), ...(kinds && { kinds: [...new Set(kinds)] }) };
    const run = await start(context, body, user);
    if (run === undefined) return nothingToSync(context);
    return tellStarted(context, run, { patience, planExitCode });
  },
});

type Body = Omit<FullUpdate, 'kinds'> & { kinds?: string[] };

/** Undefined when there is no endpoint to synchronise. */
async function start({ api }: Context, body: Body, user: string | undefined): Promise<RunView | undefined> {
  try {
    const headers = user === undefined ? {} : { 'x-proxbox-actor': user };
    return (await api().send<RunView>('POST', '/full-update', { body, headers })).body;
  } catch (error) {
    if (error instanceof CommandError && error.problem.code === 'no-endpoints') return undefined;
    throw error;
  }
}

/** Not an error: a new installation has a cron job before it has endpoints. */
function nothingToSync({ terminal }: Context): ExitCode {
  if (terminal.json) terminal.printJson(null);
  terminal.warn(
    'There is no enabled endpoint, so nothing was started. Add one: proxbox endpoint add NAME --address URL --principal USER@REALM!TOKEN --secret-file -',
  );
  return exitCodes.ok;
}
