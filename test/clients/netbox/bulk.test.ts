import type { BulkResult } from '../../../clients/netbox/bulk-result';
import { NetBoxAuthError, NetBoxPermissionError } from '../../../clients/netbox/errors';
import { elementsOf, startScriptedNetBox, type SeenRequest, type ScriptedAnswer, type ScriptedNetBox } from './scripted-netbox';

const machines = 'virtualization/virtual-machines';

describe('bulk writes', () => {
  let netbox: ScriptedNetBox;
  beforeEach(async () => {
    netbox = await startScriptedNetBox();
  });
  afterEach(() => netbox.close());

  const sizes = (): number[] => netbox.requests.map(request => elementsOf(request).length);
  /** What became of each item, by its order in the caller's list. */
  const outcomes = (results: readonly BulkResult<unknown>[]): unknown[] =>
    results.map(result => (result.ok ? result.object.id : result.error));

  /** Creates everything whose name is not among `bad`; else refuses in the words of 4.7 or, before, as a parallel list. */
  function creates(bad: readonly unknown[] = []): (request: SeenRequest) => ScriptedAnswer {
    return request => {
      const elements = elementsOf(request);
      const errors = elements.flatMap(({ name }, index) =>
        bad.includes(name) ? [{ index, errors: { name: [`${String(name)} is bad`] } }] : [],
      );
      if (errors.length === 0) return { status: 201, body: elements.map(({ name }) => ({ id: Number(name), name })) };
      if (netbox.version.startsWith('4.7')) return { status: 400, body: { detail: 'some could not be created.', errors } };
      return { status: 400, body: elements.map(({ name }) => (bad.includes(name) ? { name: [`${String(name)} is bad`] } : {})) };
    };
  }

  it('splits by count and by bytes, and answers in the order given', async () => {
    netbox.answer = creates();
    const client = netbox.client({ maxBatchItems: 3, maxBatchBytes: 100 });
    const items = ['1', '2', '3', '4', '5'].map(name => ({ name, comments: name === '5' ? 'x'.repeat(200) : '' }));
    expect(outcomes(await client.bulkCreate('dcim/sites', items))).toEqual([1, 2, 3, 4, 5]);
    expect(sizes().sort((one, other) => one - other)).toEqual([1, 1, 3]);
  });

  it('keeps a group in one request, even one that is larger than a batch', async () => {
    netbox.answer = creates();
    const client = netbox.client({ maxBatchItems: 2 });
    const items = [1, 2, 1, 3, 1, 2].map((virtual_machine, index) => ({ virtual_machine, name: `${index + 1}` }));
    await client.bulkCreate('virtualization/virtual-disks', items, { groupBy: disk => disk.virtual_machine });
    const machinesPerRequest = netbox.requests.map(request => elementsOf(request).map(disk => disk['virtual_machine']));
    expect(machinesPerRequest).toEqual([[1, 1, 1], [2, 2], [3]]);
  });

  it.each(['4.6.8', '4.7.3'])('attributes what %s refuses to each element, and creates the rest', async version => {
    netbox.version = version;
    netbox.answer = creates(['2', '4']);
    const results = await netbox.client().bulkCreate(
      'dcim/sites',
      ['1', '2', '3', '4'].map(name => ({ name })),
    );
    const refused = (name: string): object => ({
      kind: 'refused',
      fields: { name: [`${name} is bad`] },
      text: `name: ${name} is bad`,
    });
    expect(outcomes(results)).toEqual([1, refused('2'), 3, refused('4')]);
    expect(results.map(({ index, item }) => [index, item.name])).toEqual([
      [0, '1'],
      [1, '2'],
      [2, '3'],
      [3, '4'],
    ]);
    expect(sizes()).toEqual([4, 2]);
  });

  it('finds the bad elements of an update that 4.6 refuses without a name', async () => {
    netbox.version = '4.6.8';
    netbox.answer = request => {
      const elements = elementsOf(request);
      if (elements.some(({ memory }) => memory === 'bad'))
        return { status: 400, body: { memory: ['A valid integer is required.'] } };
      return { status: 200, body: elements.map(({ id }) => ({ id })) };
    };
    const items = [1, 2, 3, 4, 5, 6, 7, 8].map(id => ({ id, memory: id === 3 || id === 8 ? 'bad' : 1 }));
    const results = await netbox.client().bulkUpdate(machines, items);
    expect(results.filter(({ ok }) => !ok)).toMatchObject([
      { item: { id: 3 }, error: { kind: 'refused', fields: { memory: ['A valid integer is required.'] } } },
      { item: { id: 8 }, error: { kind: 'refused' } },
    ]);
    expect(results.filter(({ ok }) => ok).map(({ item }) => item.id)).toEqual([1, 2, 4, 5, 6, 7]);
  });

  it.each<[string, ScriptedAnswer]>([
    ['4.6.8', { status: 200, body: [{ id: 2 }, { id: 1 }] }],
    [
      '4.7.3',
      { status: 400, body: { detail: '1 of 3', errors: [{ id: 9, errors: { id: ['Object with ID 9 does not exist'] } }] } },
    ],
  ])('tells which objects %s does not have', async (version, first) => {
    netbox.version = version;
    netbox.answer = () => (netbox.requests.length === 1 ? first : { status: 200, body: [{ id: 1 }, { id: 2 }] });
    const results = await netbox.client().bulkUpdate(machines, [{ id: 1 }, { id: 9 }, { id: 2 }]);
    expect(outcomes(results)).toEqual([1, expect.objectContaining({ kind: 'missing' }), 2]);
  });

  it('deletes by id, and keeps what others depend on', async () => {
    const words = 'Unable to delete: 3 dependent object(s) prevent deletion.';
    netbox.answer = request =>
      elementsOf(request).some(({ id }) => id === 2)
        ? { status: 409, body: { detail: '1 of 3', errors: [{ id: 2, errors: { __all__: [words] } }] } }
        : { status: 204 };
    const results = await netbox.client().bulkDelete('virtualization/clusters', [1, 2, 3], { changelogMessage: 'sweep' });
    expect(outcomes(results)).toEqual([1, { kind: 'refused', fields: { __all__: [words] }, text: words }, 3]);
    expect(netbox.requests[1]).toMatchObject({
      method: 'DELETE',
      body: [
        { id: 1, changelog_message: 'sweep' },
        { id: 3, changelog_message: 'sweep' },
      ],
    });
  });

  it('does not send a name twice', async () => {
    netbox.answer = creates();
    const items = [
      { name: '1', cluster: 1 },
      { name: '2', cluster: 2, tenant: 1 },
      { name: '2', cluster: 2 },
      { name: '1', cluster: 1 },
    ];
    const results = await netbox.client().bulkCreate(machines, items);
    expect(outcomes(results)).toEqual([
      1,
      2,
      2,
      expect.objectContaining({ kind: 'refused', text: expect.stringContaining('twice') }),
    ]);
    const upper = await netbox.client().bulkCreate(machines, [{ name: '1e1' }, { name: '1E1' }], { uniqueKey: () => undefined });
    expect(upper.every(({ ok }) => ok)).toBe(true);
  });

  it('refuses to name an id twice', async () => {
    await expect(netbox.client().bulkUpdate(machines, [{ id: 1 }, { id: 1 }])).rejects.toThrow(TypeError);
    await expect(netbox.client().bulkDelete(machines, [1, 1])).rejects.toThrow(TypeError);
    expect(netbox.requests).toEqual([]);
  });

  it('reports after each request, one report at a time, before it goes on', async () => {
    netbox.answer = creates(['3']);
    const events: string[] = [];
    const results = await netbox.client({ maxBatchItems: 2 }).bulkCreate(
      'dcim/sites',
      ['1', '2', '3', '4', '5'].map(name => ({ name })),
      {
        concurrency: 1,
        onBatch: async batch => {
          events.push(`begin ${batch.map(({ item }) => item.name).join()} after ${netbox.requests.length}`);
          await new Promise(setImmediate);
          events.push('end');
        },
      },
    );
    expect(results).toHaveLength(5);
    expect(events).toEqual([
      'begin 1,2 after 1',
      'end',
      'begin 3 after 2',
      'end',
      'begin 4 after 3',
      'end',
      'begin 5 after 4',
      'end',
    ]);
  });

  it('stops when a report cannot be stored', async () => {
    netbox.answer = creates();
    const storing = netbox.client({ maxBatchItems: 1 }).bulkCreate('dcim/sites', [{ name: '1' }, { name: '2' }], {
      concurrency: 1,
      onBatch: () => Promise.reject(new Error('disk full')),
    });
    await expect(storing).rejects.toThrow('disk full');
    expect(netbox.requests).toHaveLength(1);
  });

  it('halves what a proxy finds too large', async () => {
    netbox.answer = request => (elementsOf(request).length > 2 ? { status: 413, text: '<html>' } : creates()(request));
    expect(
      outcomes(
        await netbox.client().bulkCreate(
          'dcim/sites',
          ['1', '2', '3', '4', '5'].map(name => ({ name })),
        ),
      ),
    ).toEqual([1, 2, 3, 4, 5]);
  });

  const denied: ScriptedAnswer = { status: 403, body: { detail: 'You do not have permission to perform this action.' } };

  it('throws when the token lacks the permission altogether, after few requests', async () => {
    netbox.answer = () => denied;
    const items = Array.from({ length: 50 }, (_, index) => ({ name: `${index}` }));
    await expect(netbox.client().bulkCreate('dcim/sites', items)).rejects.toThrow(NetBoxPermissionError);
    expect(netbox.requests).toHaveLength(1);
    netbox.version = '4.6.8';
    await expect(netbox.client().bulkCreate('dcim/sites', items)).rejects.toThrow(NetBoxPermissionError);
    expect(netbox.requests.length).toBeLessThan(15);
  });

  it('attributes a permission that one object lacks', async () => {
    netbox.version = '4.6.8';
    netbox.answer = request => (elementsOf(request).some(({ name }) => name === '3') ? denied : creates()(request));
    const results = await netbox.client().bulkCreate(
      'dcim/sites',
      ['1', '2', '3', '4'].map(name => ({ name })),
    );
    expect(outcomes(results)).toEqual([
      1,
      2,
      expect.objectContaining({ kind: 'refused', text: expect.stringContaining('permission') }),
      4,
    ]);
  });

  it('throws at once when the token is not accepted', async () => {
    netbox.answer = () => ({ status: 403, body: { detail: 'Token expired' } });
    await expect(netbox.client().bulkCreate('dcim/sites', [{ name: '1' }, { name: '2' }])).rejects.toThrow(NetBoxAuthError);
    expect(netbox.requests).toHaveLength(1);
  });

  it('guards every element by its ETag where the version can, and finds the stale one', async () => {
    netbox.answer = request =>
      String(request.headers['if-match']).includes('stale')
        ? { status: 412, body: { detail: 'Precondition failed.' } }
        : { status: 200, body: elementsOf(request) };
    const etagOf = ({ id }: { id: number }): string => (id === 2 ? 'W/"stale"' : `W/"${id}"`);
    const items = [{ id: 1 }, { id: 2 }, { id: 3 }];
    expect(outcomes(await netbox.client().bulkUpdate(machines, items, { etagOf }))).toEqual([
      1,
      expect.objectContaining({ kind: 'precondition' }),
      3,
    ]);
    expect(netbox.requests[0]?.headers['if-match']).toBe('W/"1", W/"stale", W/"3"');
    netbox.version = '4.5.8';
    expect(outcomes(await netbox.client().bulkUpdate(machines, items, { etagOf }))).toEqual([1, 2, 3]);
  });

  it('sends nothing for an empty list', async () => {
    await expect(netbox.client().bulkCreate('dcim/sites', [])).resolves.toEqual([]);
    expect(netbox.requests).toEqual([]);
  });

  it('writes in several requests at once as far as the limiter lets it', async () => {
    netbox.answer = creates();
    const items = Array.from({ length: 40 }, (_, index) => ({ name: `${index + 1}` }));
    const results = await netbox.client({ maxBatchItems: 2 }).bulkCreate('dcim/sites', items);
    expect(outcomes(results)).toEqual(items.map(({ name }) => Number(name)));
  });
});
