import type { Endpoint } from '../../../database/repositories/endpoints';
import { reflectionKindNames } from '../../../domain/reflection/kind-names';
import type { Identity } from '../../auth/identity';
import type { ScheduleView } from '../../schedules/schema';
import { orNull } from '../form-input';
import { checkbox, field, fieldError, formErrors, type FormState, postForm, radio } from '../html/form';
import { h, type Html } from '../html/h';
import { choice, heading, link, section } from '../html/parts';
import { overlapWords } from './words';

/** What was typed and ticked. */
export interface ScheduleForm extends FormState {
  endpoints: readonly string[];
  kinds: readonly string[];
}

export const newSchedule: ScheduleForm = {
  typed: { timing: 'cron', cron: '17 3 * * *', timeZone: 'UTC', jitterSeconds: '300', catchUpSeconds: '600', overlap: 'skip' },
  errors: {},
  endpoints: [],
  kinds: [],
};

/** What an unchanged schedule looks like in the form. */
export const formOf = (schedule: ScheduleView): ScheduleForm => ({
  typed: {
    version: String(schedule.version),
    name: schedule.name,
    owner: schedule.owner.username ?? '',
    timing: schedule.cron === null ? 'every' : 'cron',
    cron: schedule.cron ?? '',
    everySeconds: schedule.everySeconds === null ? '' : String(schedule.everySeconds),
    offsetSeconds: String(schedule.offsetSeconds),
    timeZone: schedule.timeZone,
    jitterSeconds: String(schedule.jitterSeconds),
    catchUpSeconds: String(schedule.catchUpSeconds),
    overlap: schedule.overlap,
    ...(schedule.pauseOnFailure && { pauseOnFailure: 'on' }),
    ...(schedule.dryRun && { dryRun: 'on' }),
    note: schedule.note ?? '',
  },
  errors: {},
  endpoints: schedule.endpoints?.map(({ id }) => id) ?? [],
  kinds: schedule.kinds ?? [],
});

/** The form as the API's body. Nothing ticked means everything. */
export function fieldsFrom({ typed, endpoints, kinds }: Omit<ScheduleForm, 'errors'>): Record<string, unknown> {
  const byCron = typed['timing'] !== 'every';
  return {
    name: typed['name'] ?? '',
    ...(orNull(typed['owner']) !== null && { owner: typed['owner'] }),
    cron: byCron ? (typed['cron'] ?? '') : null,
    everySeconds: byCron ? null : numberFrom(typed['everySeconds']),
    offsetSeconds: numberFrom(typed['offsetSeconds']) ?? 0,
    timeZone: typed['timeZone'] ?? '',
    jitterSeconds: numberFrom(typed['jitterSeconds']) ?? 0,
    catchUpSeconds: numberFrom(typed['catchUpSeconds']),
    overlap: typed['overlap'],
    pauseOnFailure: typed['pauseOnFailure'] !== undefined,
    dryRun: typed['dryRun'] !== undefined,
    note: orNull(typed['note']),
    endpoints: endpoints.length === 0 ? null : endpoints,
    kinds: kinds.length === 0 ? null : kinds,
  };
}

const numberFrom = (text: string | undefined): number | null => (text === undefined || text.trim() === '' ? null : Number(text));

export function scheduleForm(
  caller: Identity,
  form: ScheduleForm,
  endpoints: readonly Endpoint[],
  schedule?: Pick<ScheduleView, 'id' | 'name'>,
): (Html | null)[] {
  const { typed } = form;
  const action = schedule === undefined ? '/ui/schedules/new' : `/ui/schedules/${schedule.id}/edit`;
  return [
    heading(schedule === undefined ? 'Add a schedule' : `Change ${schedule.name}`),
    formErrors(form),
    postForm(
      caller,
      action,
      h('input', { type: 'hidden', name: 'version', value: typed['version'] ?? '' }),
      section('Schedule', field('name', 'Name', form, { required: true }), ownerField(caller, form)),
      whenSection(form),
      whatSection(form, endpoints),
      section(
        'If something is in the way',
        choice('overlap', 'When its last sync still runs', Object.entries(overlapWords), typed['overlap']),
        field('catchUpSeconds', 'Catch up within, in seconds', form, {
          hint: 'How late a time may still count that Temporal was not there for.',
        }),
        checkbox(
          'pauseOnFailure',
          'Pause on failure',
          typed['pauseOnFailure'] !== undefined,
          'After a sync that failed, was partial or was refused.',
        ),
        field('note', 'Note', form),
      ),
      h(
        'div',
        { class: 'actions' },
        h('button', { type: 'submit', class: 'primary' }, schedule === undefined ? 'Add the schedule' : 'Save'),
        link(schedule === undefined ? '/ui/schedules' : `/ui/schedules/${schedule.id}`, 'Leave'),
      ),
    ),
  ];
}

/** Only whoever manages users may name another one. */
const ownerField = (caller: Identity, form: ScheduleForm): Html | null =>
  caller.permissions('manage_users')
    ? field('owner', 'Acts as', form, {
        hint: 'User name; you, unless given. Their rights are read again each time.',
        autocomplete: 'off',
      })
    : null;

const whenSection = (form: ScheduleForm): Html =>
  section(
    'When',
    radio('timing', 'cron', 'At times of the clock', form.typed['timing'] ?? 'cron'),
    field('cron', 'Cron', form, { hint: 'Minute, hour, day of month, month, day of week: 17 3 * * * is 03:17 every night.' }),
    field('timeZone', 'Time zone', form, { hint: 'Such as UTC or Europe/Berlin.' }),
    radio('timing', 'every', 'At an interval', form.typed['timing'] ?? 'cron'),
    field('everySeconds', 'Every so many seconds', form, { hint: '900 is every quarter of an hour.' }),
    field('offsetSeconds', 'Offset, in seconds', form),
    field('jitterSeconds', 'Jitter, in seconds', form, { hint: 'Each time is late by up to so much, at random.' }),
  );

const whatSection = (form: ScheduleForm, endpoints: readonly Endpoint[]): Html =>
  section(
    'What',
    h(
      'fieldset',
      null,
      h('legend', null, 'Endpoints (nothing ticked: all enabled ones, those of later included)'),
      h(
        'div',
        { class: 'grid' },
        ...endpoints.map(({ id, name }) => checkbox('endpoints', name, form.endpoints.includes(id), undefined, id)),
      ),
      fieldError(form, 'endpoints'),
    ),
    h(
      'details',
      { open: form.kinds.length > 0 },
      h('summary', null, 'Kinds of objects'),
      h(
        'fieldset',
        null,
        h('legend', null, 'Kinds (nothing ticked: all)'),
        h(
          'div',
          { class: 'grid' },
          ...reflectionKindNames.map(kind => checkbox('kinds', kind, form.kinds.includes(kind), undefined, kind)),
        ),
      ),
    ),
    checkbox('dryRun', 'Dry run', form.typed['dryRun'] !== undefined, 'Stop after the plan: nothing is written to NetBox.'),
  );
