import { NetBoxFilterIgnoredError, NetBoxUnavailableError, NetBoxValidationError } from '../../../clients/netbox/errors';
import { page, startScriptedNetBox, type SeenRequest, type ScriptedAnswer, type ScriptedNetBox } from './scripted-netbox';

const machines = 'virtualization/virtual-machines';
const interfaces = 'virtualization/interfaces';

describe('reading lists', () => {
  let netbox: ScriptedNetBox;
  beforeEach(async () => {
    netbox = await startScriptedNetBox();
  });
  afterEach(() => netbox.close());

  /** A table of `ids` that pages as the versions do. */
  function table(ids: readonly number[]): (request: SeenRequest) => ScriptedAnswer {
    return ({ query }) => {
      const first = query.has('start') ? Number(query.get('start')) : Number(query.get('id__gt')) + 1;
      const rest = ids.filter(id => id >= first);
      const size = Number(query.get('limit'));
      return page(
        rest.slice(0, size).map(id => ({ id })),
        rest.length > size ? 'http://elsewhere.test/?start=1' : null,
      );
    };
  }

  it.each([
    ['4.7.3', ['start=1', 'start=6', 'start=9']],
    ['4.5.8', ['ordering=id&id__gt=0', 'ordering=id&id__gt=5', 'ordering=id&id__gt=8']],
  ])('pages by id in %s, at its own address', async (version, starts) => {
    netbox.version = version;
    netbox.answer = table([1, 5, 7, 8, 9]);
    const rows = await netbox.client().listAll('dcim/sites', { filters: { region_id: 4 }, pageSize: 2 });
    expect(rows.map(({ id }) => id)).toEqual([1, 5, 7, 8, 9]);
    expect(netbox.requests.map(({ url }) => url)).toEqual(starts.map(start => `/api/dcim/sites/?region_id=4&${start}&limit=2`));
  });

  it('follows a server whose largest page is smaller than asked', async () => {
    const small = table([1, 2, 3, 4, 5]);
    netbox.answer = request => {
      request.query.set('limit', '2');
      return small(request);
    };
    await expect(netbox.client().listAll('dcim/sites')).resolves.toHaveLength(5);
  });

  it('stops after the rows that were asked for', async () => {
    netbox.answer = table([1, 2, 3, 4, 5]);
    await expect(netbox.client().listAll('dcim/sites', { limit: 2 })).resolves.toEqual([{ id: 1 }, { id: 2 }]);
    expect(netbox.requests).toHaveLength(1);
  });

  it('asks for the fields and the id, and for no config context where that helps', async () => {
    netbox.answer = table([]);
    netbox.version = '4.6.8';
    await netbox.client().listAll(machines, { fields: ['name', 'custom_fields'] });
    await netbox.client().listAll('dcim/sites', { fields: ['id'] });
    netbox.version = '4.7.3';
    await netbox.client().listAll(machines, { fields: ['name'] });
    expect(netbox.requests.map(({ query }) => [query.get('fields'), query.get('exclude')])).toEqual([
      ['id,name,custom_fields', 'config_context'],
      ['id', null],
      ['id,name', null],
    ]);
  });

  it('encodes filters, repeats lists and keeps null', async () => {
    netbox.answer = table([]);
    await netbox
      .client()
      .listAll(machines, { filters: { name: ['a&b', 'ü'], site_id: null, enabled: true, nothing: undefined } });
    expect(netbox.requests[0]?.url).toBe(`/api/${machines}/?name=a%26b&name=%C3%BC&site_id=null&enabled=true&start=1&limit=1000`);
  });

  it('refuses a list whose filter was ignored', async () => {
    netbox.answer = () =>
      page([
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ]);
    const listing = netbox.client().listAll('dcim/sites', { filters: { nmae: 'a' }, expect: ({ name }) => name === 'a' });
    await expect(listing).rejects.toThrow(NetBoxFilterIgnoredError);
    await expect(listing).rejects.toThrow('row 2');
  });

  it('refuses a list that does not page by id, instead of reading it for ever', async () => {
    netbox.answer = () => page([{ id: 1 }, { id: 2 }], 'http://elsewhere.test/');
    await expect(netbox.client().listAll('dcim/sites', { pageSize: 2 })).rejects.toThrow(NetBoxFilterIgnoredError);
  });

  it('reads by ids in requests whose line gunicorn accepts, and refuses rows that were not asked for', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => 900_000_000_000 + index);
    netbox.answer = ({ query }) => page(query.getAll('id').map(id => ({ id: Number(id) })));
    await expect(netbox.client().listByIds(machines, [...ids, ids[0] ?? 0], { fields: ['name'] })).resolves.toHaveLength(1_000);
    expect(Math.max(...netbox.requests.map(({ url }) => url.length))).toBeLessThan(4_000);
    expect(Math.max(...netbox.requests.map(({ query }) => query.getAll('id').length))).toBeLessThanOrEqual(100);

    netbox.answer = () => page([{ id: 1 }, { id: 7 }]);
    await expect(netbox.client().listByIds(machines, [1, 2])).rejects.toThrow(NetBoxFilterIgnoredError);
  });

  it('sends nothing for no ids', async () => {
    await expect(netbox.client().listByIds(machines, [])).resolves.toEqual([]);
    await expect(netbox.client().listByParents(interfaces, 'virtual_machine_id', [])).resolves.toEqual([]);
    expect(netbox.requests).toEqual([]);
  });

  it('reads children without those parents that NetBox does not know', async () => {
    netbox.answer = ({ query }) => {
      const parents = query
        .getAll('virtual_machine_id')
        .map(Number)
        .sort((one, other) => one - other);
      const unknown = parents.find(id => id > 100);
      const words = `Select a valid choice. ${unknown} is not one of the available choices.`;
      return unknown === undefined
        ? page(parents.map(id => ({ id: id * 10, virtual_machine: { id } })))
        : { status: 400, body: { virtual_machine_id: [words] } };
    };
    const rows = await netbox.client().listByParents(interfaces, 'virtual_machine_id', [2, 101, 1, 102], { fields: ['name'] });
    expect(rows.map(({ id }) => id)).toEqual([10, 20]);
    expect(netbox.requests[0]?.query.get('fields')).toBe('id,name,virtual_machine');
    await expect(netbox.client().listByParents(interfaces, 'virtual_machine_id', [101])).resolves.toEqual([]);
  });

  it.each<[string, string, unknown]>([
    [interfaces, 'virtual_machine_id', { id: 1, virtual_machine: { id: 9 } }],
    ['ipam/ip-addresses', 'virtual_machine_id', { id: 1, assigned_object: { virtual_machine: { id: 9 } } }],
    ['ipam/ip-addresses', 'vminterface_id', { id: 1, assigned_object_type: 'dcim.interface', assigned_object_id: 5 }],
    [
      'dcim/mac-addresses',
      'vminterface_id',
      { id: 1, assigned_object_type: 'virtualization.vminterface', assigned_object_id: 9 },
    ],
    ['virtualization/virtual-disks', 'cluster_id', { id: 1 }],
  ])('refuses %s of another parent than asked for by %s', async (path, parameter, row) => {
    netbox.answer = () => page([row]);
    await expect(netbox.client().listByParents(path, parameter, [5])).rejects.toThrow(/ignored|does not match|is known to check/);
  });

  it('passes other refusals on', async () => {
    netbox.answer = () => ({ status: 400, body: { virtual_machine_id: ['Enter a whole number.'] } });
    await expect(netbox.client().listByParents(interfaces, 'virtual_machine_id', [1])).rejects.toThrow(NetBoxValidationError);
  });

  it.each<[string, ScriptedAnswer]>([
    ['a lost connection', 'drop'],
    ['a gateway without a server', { status: 502, text: '<html>' }],
    ['an error in NetBox', { status: 500, body: { error: 'deadlock detected', exception: 'OperationalError' } }],
    ['too many requests', { status: 429, headers: { 'retry-after': '0' } }],
  ])('repeats a read after %s', async (_, trouble) => {
    netbox.answer = () => (netbox.requests.length < 4 ? trouble : page([{ id: 1 }]));
    await expect(netbox.client().listAll('dcim/sites')).resolves.toEqual([{ id: 1 }]);
  });

  it('gives up after a few attempts, with what NetBox said and when to come back', async () => {
    netbox.answer = () => ({ status: 503, body: { detail: 'Maintenance' }, headers: { 'retry-after': '3600' } });
    await expect(netbox.client().listAll('dcim/sites')).rejects.toMatchObject({
      name: 'NetBoxUnavailableError',
      retryable: true,
      retryAfterMs: 3_600_000,
    });
    expect(netbox.requests).toHaveLength(1);
    netbox.answer = () => ({ status: 503 });
    await expect(netbox.client({ attempts: 3 }).listAll('dcim/sites')).rejects.toThrow(NetBoxUnavailableError);
    expect(netbox.requests).toHaveLength(4);
  });

  it('gives up on an answer that does not come', async () => {
    netbox.answer = () => 'hang';
    await expect(netbox.client({ timeoutMs: 50, attempts: 1 }).listAll('dcim/sites')).rejects.toThrow(
      'no whole answer within 50 ms',
    );
  });

  it("ends with the caller's own reason", async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    netbox.answer = () => {
      controller.abort(reason);
      return 'hang';
    };
    await expect(netbox.client().listAll('dcim/sites', { signal: controller.signal })).rejects.toBe(reason);
    await expect(netbox.client().listAll('dcim/sites', { signal: controller.signal })).rejects.toBe(reason);
  });
});
