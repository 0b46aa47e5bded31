import type { ScheduleView } from '../../api/schedules/schema';
import { command, type Group } from '../command';
import type { Context } from '../context';
import { ifMatch } from '../connection/if-match';
import { CommandError, UsageError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { agreed } from '../output/ask';
import { getRun } from '../runs/find-run';
import { tellStarted } from '../runs/started';
import { patienceOf, waitOptions } from '../runs/wait-options';
import { awaitFiring } from '../schedules/await-firing';
import { scheduleFieldsOf, scheduleOptions } from '../schedules/fields';
import { findSchedule, listSchedules } from '../schedules/find-schedule';
import { reportSchedule, scheduleTable } from '../schedules/report';

const list = command({
  name: 'list',
  summary: 'All schedules, with what is next and what came last.',
  options: {},
  async run({ api, terminal }) {
    const items = await listSchedules(api());
    if (terminal.json) terminal.printJson({ items });
    else if (items.length === 0) terminal.say("No schedules yet. Make one: proxbox schedule create nightly --cron '17 3 * * *'");
    else terminal.print(scheduleTable(items, terminal.paints));
    return exitCodes.ok;
  },
});

const show = command({
  name: 'show',
  summary: 'Everything about a schedule.',
  arguments: ['NAME'],
  options: {},
  async run(context, _values, [name = '']) {
    return tell(context, await findSchedule(context.api(), name));
  },
});

const create = command({
  name: 'create',
  summary: 'Make a schedule. It acts as whoever makes it.',
  arguments: ['NAME'],
  options: { ...scheduleOptions, paused: { type: 'boolean', help: 'Make it paused.' } },
  details: 'Needs --cron or --every.',
  async run(context, values, [name = '']) {
    if (values.cron === undefined && values.every === undefined)
      throw new UsageError('--cron or --every is missing.', `proxbox schedule create ${name} --cron '17 3 * * *'`);
    const body = { name, ...scheduleFieldsOf(values), ...(values.paused === true && { paused: true }) };
    return tell(context, (await context.api().send<ScheduleView>('POST', '/schedules', { body })).body);
  },
});

const change = command({
  name: 'change',
  summary: 'Change a schedule; what is not named stays.',
  arguments: ['NAME'],
  options: { name: { type: 'string', value: 'NAME', help: 'Another name.' }, ...scheduleOptions },
  async run(context, values, [wanted = '']) {
    const body = { ...(values.name !== undefined && { name: values.name }), ...scheduleFieldsOf(values) };
    if (Object.keys(body).length === 0) throw new UsageError('Nothing to change was named.', 'proxbox help schedule change');
    const client = context.api();
    const before = await findSchedule(client, wanted);
    const request = { body, headers: ifMatch(before) };
    return tell(context, (await client.send<ScheduleView>('PATCH', `/schedules/${before.id}`, request)).body);
  },
});

const pause = command({
  name: 'pause',
  summary: 'Pause a schedule; a run under way goes on.',
  arguments: ['NAME'],
  options: { note: { type: 'string', value: 'TEXT', help: 'Why, for whoever finds it paused.' } },
  async run(context, { note = null }, [wanted = '']) {
    const { id } = await findSchedule(context.api(), wanted);
    return tell(context, (await context.api().send<ScheduleView>('POST', `/schedules/${id}/pause`, { body: { note } })).body);
  },
});

const resume = command({
  name: 'resume',
  summary: 'Let a paused schedule go on.',
  arguments: ['NAME'],
  options: {},
  async run(context, _values, [wanted = '']) {
    const { id } = await findSchedule(context.api(), wanted);
    return tell(context, (await context.api().send<ScheduleView>('POST', `/schedules/${id}/resume`)).body);
  },
});

const runNow = command({
  name: 'run',
  summary: 'Run a schedule now, as its owner; also while it is paused.',
  arguments: ['NAME'],
  options: waitOptions,
  async run(context, values, [wanted = '']) {
    const { terminal, interrupted } = context;
    const client = context.api();
    const before = await findSchedule(client, wanted);
    const { body: asked } = await client.send<ScheduleView>('POST', `/schedules/${before.id}/trigger`);
    if (values.wait !== true) {
      terminal.say(`Asked for. See what comes of it: proxbox schedule show ${before.name}`);
      if (terminal.json) terminal.printJson(asked);
      return exitCodes.ok;
    }
    const patience = patienceOf(values);
    const { result, run, message } = await awaitFiring(client, before, patience, interrupted);
    if (run !== null) return tellStarted(context, await getRun(client, run.id), { patience });
    throw new CommandError({
      code: result,
      what: `${before.name} was ${result}.`,
      why: message ?? undefined,
      next: `proxbox schedule show ${before.name}`,
      exitCode: result === 'refused' ? exitCodes.rejected : exitCodes.error,
    });
  },
});

const backfill = command({
  name: 'backfill',
  summary: 'Make up for times that are over, seven days at most.',
  arguments: ['NAME'],
  options: {
    from: { type: 'string', value: 'TIME', help: 'Such as 2026-01-31T00:00:00Z.' },
    to: { type: 'string', value: 'TIME', help: 'Now unless given.' },
    overlap: {
      type: 'string',
      value: 'POLICY',
      choices: ['skip', 'buffer_one', 'buffer_all'],
      help: 'Of all these times: skip runs one, buffer_one one more after it (the default), buffer_all each.',
    },
  },
  async run(context, { from, to, overlap }, [wanted = '']) {
    if (from === undefined) throw new UsageError('--from is missing.', 'proxbox help schedule backfill');
    const { id } = await findSchedule(context.api(), wanted);
    const body = { from, to: to ?? new Date().toISOString(), ...(overlap !== undefined && { overlap }) };
    return tell(context, (await context.api().send<ScheduleView>('POST', `/schedules/${id}/backfill`, { body })).body);
  },
});

const remove = command({
  name: 'delete',
  summary: 'Delete a schedule. The runs that it started stay.',
  arguments: ['NAME'],
  options: { yes: { type: 'boolean', short: 'y', help: 'Do not ask.' } },
  async run({ api, terminal, asking }, { yes }, [wanted = '']) {
    const schedule = await findSchedule(api(), wanted);
    if (!(await agreed(asking, yes, `Delete the schedule ${schedule.name}?`))) return exitCodes.rejected;
    await api().send('DELETE', `/schedules/${schedule.id}`, { headers: ifMatch(schedule) });
    if (terminal.json) terminal.printJson({ deleted: { id: schedule.id, name: schedule.name } });
    terminal.say(`Deleted ${schedule.name}.`);
    return exitCodes.ok;
  },
});

function tell({ terminal }: Context, schedule: ScheduleView): ExitCode {
  if (terminal.json) terminal.printJson(schedule);
  else if (!terminal.quiet) terminal.print(reportSchedule(schedule, terminal.paints));
  return exitCodes.ok;
}

export const scheduleCommands: Group = {
  name: 'schedule',
  summary: 'Syncs that start by themselves. NAME is a name or an id.',
  commands: [list, show, create, change, pause, resume, runNow, backfill, remove],
};
