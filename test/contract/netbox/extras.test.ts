import type { Row } from './support/api';
import { onEveryNetBox } from './support/netbox';
import { machines, makeCluster, makeMachine } from './support/world';

const onMachines = { object_types: ['virtualization.virtualmachine'] };

onEveryNetBox('custom fields', netbox => {
  let fields: Readonly<
    Record<'text' | 'integer' | 'boolean' | 'datetime' | 'json' | 'url' | 'select' | 'multiselect' | 'object', string>
  >;
  let machine: Row;
  const path = (): string => `${machines}/${machine.id}/`;
  const set = (values: object) => netbox().api.patch(path(), { custom_fields: values });
  const read = async (): Promise<unknown> => (await netbox().api.get(path())).row()['custom_fields'];

  beforeAll(async () => {
    machine = await makeMachine(netbox());
    const choices = await netbox().make('extras/custom-field-choice-sets', {
      name: netbox().unique('choices'),
      extra_choices: [
        ['running', 'Running'],
        ['stopped', 'Stopped'],
      ],
    });
    const make = async (type: string, values: object = {}): Promise<string> => {
      const field = await netbox().make('extras/custom-fields', { name: netbox().unique(type), type, ...onMachines, ...values });
      return String(field['name']);
    };
    fields = {
      text: await make('text', { filter_logic: 'exact' }),
      integer: await make('integer'),
      boolean: await make('boolean'),
      datetime: await make('datetime'),
      json: await make('json'),
      url: await make('url'),
      select: await make('select', { choice_set: choices.id }),
      multiselect: await make('multiselect', { choice_set: choices.id }),
      object: await make('object', { related_object_type: 'virtualization.cluster' }),
    };
  }, 120_000);

  it('are null on objects that are older than the field', async () => {
    expect(await read()).toMatchObject(Object.fromEntries(Object.values(fields).map(name => [name, null])));
  });

  it('are written bare and read back, selections as value and label from 4.7 on', async () => {
    const cluster = await makeCluster(netbox());
    const written = await set({
      [fields.text]: 'a',
      [fields.integer]: 7,
      [fields.boolean]: false,
      [fields.datetime]: '2026-01-02T03:04:05.123456Z',
      [fields.json]: { a: [1] },
      [fields.url]: 'https://example.org/a',
      [fields.select]: 'running',
      [fields.multiselect]: ['stopped', 'running'],
      [fields.object]: cluster.id,
    });
    expect(written.status).toBe(200);
    expect(await read()).toMatchObject({
      [fields.text]: 'a',
      [fields.integer]: 7,
      [fields.boolean]: false,
      [fields.datetime]: '2026-01-02T03:04:05.123456Z',
      [fields.json]: { a: [1] },
      [fields.url]: 'https://example.org/a',
      [fields.object]: { id: cluster.id },
    });
    const selected: unknown = (await read()) as object;
    const expected = netbox().minor >= 7 ? { value: 'running', label: 'Running' } : 'running';
    expect(selected).toHaveProperty(fields.select, expected);
  });

  it('merge: a change leaves the fields alone that it does not name, and null clears', async () => {
    await set({ [fields.text]: 'kept', [fields.integer]: 1 });
    await set({ [fields.integer]: null });
    expect(await read()).toMatchObject({ [fields.text]: 'kept', [fields.integer]: null });
  });

  it('refuse names that do not exist and values of another type', async () => {
    expect(await set({ nope: 1 })).toMatchObject({
      status: 400,
      body: { custom_fields: { nope: "Custom field 'nope' does not exist for this object type." } },
    });
    expect(await set({ [fields.integer]: 'x' })).toMatchObject({
      status: 400,
      body: { __all__: [`Invalid value for custom field '${fields.integer}': Value must be an integer.`] },
    });
    expect((await set({ [fields.select]: 'nope' })).status).toBe(400);
    await expect(netbox().client.update(machines, machine.id, { custom_fields: { nope: 1 } })).rejects.toMatchObject({
      fields: { 'custom_fields.nope': ["Custom field 'nope' does not exist for this object type."] },
    });
  });

  it('may be set while objects are created in bulk', async () => {
    const cluster = await makeCluster(netbox());
    const created = await netbox().client.bulkCreate(
      machines,
      [1, 2].map(number => ({ name: netbox().unique('vm'), cluster: cluster.id, custom_fields: { [fields.integer]: number } })),
    );
    const rows = created.flatMap(result => (result.ok ? [result.object] : []));
    netbox().remember(machines, ...rows);
    expect(rows).toMatchObject([{ custom_fields: { [fields.integer]: 1 } }, { custom_fields: { [fields.integer]: 2 } }]);
  });

  it('filter: by value, by comparison, by emptiness; a json field does not filter at all', async () => {
    const cluster = await makeCluster(netbox());
    const values = [5, 50, null];
    for (const value of values) {
      await makeMachine(netbox(), {
        cluster: cluster.id,
        custom_fields: { [fields.integer]: value, [fields.text]: value === null ? null : `t${value}`, [fields.json]: { value } },
      });
    }
    const found = async (query: string): Promise<number> =>
      (await netbox().api.get(`${machines}/?cluster_id=${cluster.id}&${query}`)).rows().length;
    expect(await found(`cf_${fields.integer}=5`)).toBe(1);
    expect(await found(`cf_${fields.integer}=5&cf_${fields.integer}=50`)).toBe(2);
    expect(await found(`cf_${fields.integer}__gte=6`)).toBe(1);
    expect(await found(`cf_${fields.integer}__empty=true`)).toBe(1);
    expect(await found(`cf_${fields.text}=t5`)).toBe(1);
    expect(await found(`cf_${fields.text}__empty=true`)).toBe(1);
    expect(await found(`cf_${fields.json}=1`)).toBe(3);
  });

  it('have names of their own, found by name, with a type that is shown', async () => {
    const again = await netbox().api.post('extras/custom-fields/', { name: fields.text, type: 'text', ...onMachines });
    expect(again).toMatchObject({ status: 400, body: { name: ['custom field with this name already exists.'] } });
    const [field] = (await netbox().api.get(`extras/custom-fields/?name=${fields.text}`)).rows();
    expect(field).toMatchObject({
      name: fields.text,
      type: { value: 'text' },
      object_types: onMachines.object_types,
      filter_logic: { value: 'exact' },
    });
    for (const name of ['with space', 'double__underscore', 'dash-ed']) {
      const refused = await netbox().api.post('extras/custom-fields/', { name, type: 'text', ...onMachines });
      expect(refused).toMatchObject({ status: 400, body: { name: [expect.any(String)] } });
    }
  });
});

onEveryNetBox('choice sets and links', netbox => {
  it('have names of their own and are found by them', async () => {
    const choices = { name: netbox().unique('choices'), extra_choices: [['a', 'A']] };
    const link = {
      name: netbox().unique('link'),
      ...onMachines,
      enabled: true,
      link_text: 'Open {{ object.name }}',
      link_url: 'https://example.org/{{ object.pk }}',
      new_window: true,
      group_name: 'Proxmox',
      button_class: 'blue',
      weight: 100,
    };
    for (const [path, values] of [
      ['extras/custom-field-choice-sets', choices],
      ['extras/custom-links', link],
    ] as const) {
      const made = await netbox().make(path, values);
      expect(made).toMatchObject({ name: values.name });
      expect(await netbox().api.post(`${path}/`, values)).toMatchObject({
        status: 400,
        body: { name: [expect.stringContaining('already exists')] },
      });
      expect((await netbox().api.get(`${path}/?name=${values.name}`)).rows()).toMatchObject([{ id: made.id }]);
    }
  });
});

onEveryNetBox('tags', netbox => {
  const tag = async (): Promise<Row> => {
    const slug = netbox().unique('tag');
    return netbox().make('extras/tags', { name: slug, slug, color: 'ff0000' });
  };

  it('are set as a whole by `tags`, by slug or id', async () => {
    const [one, two] = [await tag(), await tag()];
    const machine = await makeMachine(netbox(), { tags: [{ slug: one['slug'] }] });
    expect(machine['tags']).toMatchObject([{ id: one.id, slug: one['slug'] }]);
    const changed = await netbox().api.patch(`${machines}/${machine.id}/`, { tags: [two.id] });
    expect(changed.row()['tags']).toMatchObject([{ id: two.id }]);
  });

  it('are added and removed alone where the version can; elsewhere the words are ignored', async () => {
    const [one, two] = [await tag(), await tag()];
    const machine = await makeMachine(netbox(), { tags: [one.id] });
    const path = `${machines}/${machine.id}/`;
    const names = async (): Promise<unknown[]> =>
      ((await netbox().api.get(path)).row()['tags'] as Row[]).map(({ id }) => id).sort();
    await netbox().api.patch(path, { add_tags: [{ slug: two['slug'] }] });
    expect(await names()).toEqual(netbox().session.capabilities.addTags ? [one.id, two.id] : [one.id]);
    await netbox().api.patch(path, { remove_tags: [{ slug: one['slug'] }] });
    expect(await names()).toEqual(netbox().session.capabilities.addTags ? [two.id] : [one.id]);
  });

  it('are never made on the way', async () => {
    const machine = await makeMachine(netbox());
    const refused = await netbox().api.patch(`${machines}/${machine.id}/`, { tags: [{ slug: netbox().unique('tag') }] });
    expect(refused).toMatchObject({ status: 400, body: { tags: expect.anything() } });
  });

  it('have names and slugs of their own, are found by slug, and find what bears them all', async () => {
    const [one, two] = [await tag(), await tag()];
    const again = await netbox().api.post('extras/tags/', { name: one['name'], slug: one['slug'] });
    expect(again).toMatchObject({
      status: 400,
      body: { name: [expect.stringContaining('already exists')], slug: [expect.stringContaining('already exists')] },
    });
    const found = await netbox().api.get(`extras/tags/?slug=${String(one['slug'])}&slug=${String(two['slug'])}`);
    expect(found.rows()).toHaveLength(2);
    const both = await makeMachine(netbox(), { tags: [one.id, two.id] });
    await makeMachine(netbox(), { tags: [one.id] });
    const bearing = async (...tags: Row[]): Promise<number[]> =>
      (await netbox().api.get(`${machines}/?${tags.map(({ slug }) => `tag=${String(slug)}`).join('&')}`))
        .rows()
        .map(({ id }) => id);
    expect(await bearing(one)).toHaveLength(2);
    expect(await bearing(one, two)).toEqual([both.id]);
  });
});
