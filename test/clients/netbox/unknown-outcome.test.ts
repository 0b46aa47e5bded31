import type { BulkResult } from '../../../clients/netbox/bulk-result';
import { NetBoxUnavailableError, NetBoxUnknownOutcomeError } from '../../../clients/netbox/errors';
import { elementsOf, rejection, startScriptedNetBox, type ScriptedAnswer, type ScriptedNetBox } from './scripted-netbox';

describe('a write whose answer does not come', () => {
  let netbox: ScriptedNetBox;
  beforeEach(async () => {
    netbox = await startScriptedNetBox();
  });
  afterEach(() => netbox.close());

  const troubles: [string, ScriptedAnswer][] = [
    ['a lost reply', 'drop'],
    ['no answer in time', 'hang'],
    ['a bad gateway', { status: 502, text: '<html>' }],
    ['a gateway that gave up', { status: 504, text: '<html>' }],
    ['a service that is away', { status: 503, text: '<html>' }],
    ['a collision in the database', { status: 500, body: { error: 'duplicate key', exception: 'IntegrityError' } }],
    ['a success without JSON', { status: 200, text: 'OK' }],
  ];

  it.each(troubles)('is in doubt after %s, and sent once', async (_, trouble) => {
    netbox.answer = () => trouble;
    const client = netbox.client({ timeoutMs: 1_500 });
    await client.open();
    const error = await rejection(client.create('dcim/sites', { name: 'a' }));
    expect(error).toBeInstanceOf(NetBoxUnknownOutcomeError);
    expect(error).toMatchObject({ retryable: false, inDoubt: [{ name: 'a' }], untouched: [] });
    expect(netbox.requests).toHaveLength(1);
  });

  it.each(troubles)('leaves the other batches settled, in doubt or untouched after %s', async (_, trouble) => {
    netbox.answer = request => {
      const elements = elementsOf(request);
      return elements.some(({ name }) => name === '4')
        ? trouble
        : { status: 201, body: elements.map(({ name }) => ({ id: Number(name) })) };
    };
    const reported: BulkResult<{ name: string }>[] = [];
    const items = ['1', '2', '3', '4', '5', '6'].map(name => ({ name }));
    const client = netbox.client({ timeoutMs: 1_500, maxBatchItems: 2 });
    const error = await rejection(
      client.bulkCreate('dcim/sites', items, { concurrency: 1, onBatch: results => void reported.push(...results) }),
    );
    expect(error).toBeInstanceOf(NetBoxUnknownOutcomeError);
    expect(error).toMatchObject({
      inDoubt: [{ name: '3' }, { name: '4' }],
      untouched: [{ name: '5' }, { name: '6' }],
      results: reported,
    });
    expect(reported.map(({ item }) => item.name)).toEqual(['1', '2']);
  });

  it('lets requests under way end before it says so', async () => {
    let free: (() => void) | undefined;
    netbox.answer = request => {
      const elements = elementsOf(request);
      if (elements[0]?.['name'] === '1') return 'drop';
      free?.();
      return { status: 201, body: [{ id: 2 }] };
    };
    const seen = new Promise<void>(resolve => (free = resolve));
    const client = netbox.client({ maxBatchItems: 1 });
    const error = await rejection(client.bulkCreate('dcim/sites', [{ name: '1' }, { name: '2' }], { concurrency: 2 }));
    await seen;
    expect(error).toMatchObject({ inDoubt: [{ name: '1' }], untouched: [], results: [{ ok: true, object: { id: 2 } }] });
  });

  it('is in doubt when the caller gives up while it is under way, and untouched before', async () => {
    const controller = new AbortController();
    netbox.answer = () => {
      controller.abort(new Error('enough'));
      return 'hang';
    };
    const client = netbox.client();
    const items = [{ name: '1' }];
    expect(await rejection(client.bulkCreate('dcim/sites', items, { signal: controller.signal }))).toMatchObject({
      inDoubt: items,
    });
    await expect(client.bulkCreate('dcim/sites', items, { signal: controller.signal })).rejects.toThrow('enough');
    expect(netbox.requests).toHaveLength(1);
  });

  it('is certain that nothing was written when nobody listens', async () => {
    const client = netbox.client();
    await client.open();
    await netbox.stop();
    await expect(client.create('dcim/sites', {})).rejects.toThrow(NetBoxUnavailableError);
    await expect(client.bulkCreate('dcim/sites', [{ name: '1' }])).rejects.toThrow(NetBoxUnavailableError);
  });

  it('is repeated after 429, which is refused unread, and given up as unavailable', async () => {
    netbox.answer = () =>
      netbox.requests.length < 3 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 201, body: [{ id: 1 }] };
    await expect(netbox.client().bulkCreate('dcim/sites', [{ name: '1' }])).resolves.toMatchObject([{ ok: true }]);
    netbox.answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    await expect(netbox.client().bulkCreate('dcim/sites', [{ name: '1' }])).rejects.toMatchObject({
      name: 'NetBoxUnavailableError',
      retryAfterMs: 120_000,
    });
  });

  it('names what the database said, so that nobody sends it again unchanged', async () => {
    netbox.answer = () => ({ status: 500, body: { error: 'duplicate key value', exception: 'IntegrityError' } });
    const one = await rejection(netbox.client().create('virtualization/clusters', { name: 'pve' }));
    const many = await rejection(netbox.client().bulkCreate('virtualization/clusters', [{ name: 'pve' }]));
    for (const error of [one, many]) {
      expect(error).toMatchObject({ exception: 'IntegrityError', message: expect.stringContaining('duplicate key value') });
    }
  });

  it('is in doubt when the answer has fewer objects than were sent', async () => {
    netbox.answer = () => ({ status: 201, body: [{ id: 1 }] });
    const items = [{ name: '1' }, { name: '2' }];
    expect(await rejection(netbox.client().bulkCreate('dcim/sites', items))).toMatchObject({
      name: 'NetBoxUnknownOutcomeError',
      inDoubt: items,
    });
  });
});
