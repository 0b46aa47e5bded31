import { makeExtras } from '../../../activities/reflection/extras';
import { netboxExtras, type Extra } from '../../../domain/reflection/extras';
import { onEveryNetBox } from './support/netbox';
import { makeCluster, makeMachine, machines } from './support/world';

onEveryNetBox('links to our pages and saved filters', netbox => {
  /** Under names of their own, since the NetBox may be shared. */
  let run: string;
  const extras = (publicUrl: string | undefined): Extra[] =>
    netboxExtras(publicUrl).map(extra => ({
      ...extra,
      key: `${run}-${extra.key.replaceAll(/[^a-z-]/g, '')}`,
      body: extra.body['name'] === undefined ? extra.body : { ...extra.body, name: `${run} ${String(extra.body['name'])}` },
    }));
  const rows = async (path: string) => {
    const found = await netbox().client.listAll(path, { filters: { q: run } });
    netbox().remember(path, ...found);
    return found;
  };
  beforeEach(() => {
    run = netbox().unique('extras');
  });

  it('are made once, the address corrected when it is another, and everything else left to people', async () => {
    const { client } = netbox();
    const wanted = extras('https://proxbox.example.com');
    expect(await makeExtras(client, wanted)).toEqual({ created: 5, patched: 0, refused: [] });
    const [links, filters] = [await rows('extras/custom-links'), await rows('extras/saved-filters')];
    expect([links.length, filters.length]).toEqual([3, 2]);
    expect(await makeExtras(client, wanted)).toEqual({ created: 0, patched: 0, refused: [] });

    await client.update('extras/custom-links', links[0]?.id ?? 0, { enabled: false });
    expect(await makeExtras(client, extras('https://other.example.com'))).toEqual({ created: 0, patched: 3, refused: [] });
    expect(
      (await rows('extras/custom-links')).map(row => [row['enabled'], String(row['link_url']).startsWith('https://other')]),
    ).toEqual([
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('are filters alone where nobody said where our pages are', async () => {
    expect(await makeExtras(netbox().client, extras(undefined))).toEqual({ created: 2, patched: 0, refused: [] });
    await rows('extras/saved-filters');
  });

  it('are told as refused when somebody else has the name', async () => {
    const wanted = extras(undefined);
    await netbox().make('extras/saved-filters', {
      name: wanted[0]?.body['name'],
      slug: netbox().unique('slug'),
      object_types: ['virtualization.virtualmachine'],
      parameters: { status: ['active'] },
    });
    const { created, refused } = await makeExtras(netbox().client, wanted);
    await rows('extras/saved-filters');
    expect([created, refused]).toEqual([1, [expect.stringMatching(/saved-filters.*already exists/)]]);
  });

  it('a saved filter without parameters is refused', async () => {
    const slug = netbox().unique('slug');
    const values = { name: slug, slug, object_types: ['virtualization.virtualmachine'], parameters: {} };
    const answer = await netbox().api.post('extras/saved-filters/', values);
    expect([answer.status, answer.body]).toEqual([400, { parameters: ['This field cannot be blank.'] }]);
  });

  it('are told as refused when the token may not', async () => {
    const user = await netbox().make('users/users', { username: netbox().unique('user'), password: 'Correct-horse-7-battery' });
    const { key, token } = await netbox().make('users/tokens', { user: user.id, version: 2 });
    const client = netbox().clientAs(`Bearer nbt_${String(key)}.${String(token)}`);
    const { created, refused } = await makeExtras(client, extras('https://proxbox.example.com'));
    expect([created, refused]).toEqual([0, [expect.stringMatching(/may not/), expect.stringMatching(/may not/)]]);
  });

  it('a saved filter chooses the machines of its sort', async () => {
    const field = netbox().unique('sort');
    await netbox().make('extras/custom-fields', {
      name: field,
      type: 'text',
      object_types: ['virtualization.virtualmachine'],
      filter_logic: 'exact',
    });
    const cluster = (await makeCluster(netbox())).id;
    const machine = await makeMachine(netbox(), { cluster, custom_fields: { [field]: 'qemu' } });
    await makeMachine(netbox(), { cluster, custom_fields: { [field]: 'lxc' } });
    const [filter] = extras(undefined);
    const parameters = { [`cf_${field}`]: Object.values(filter?.body['parameters'] as Record<string, unknown>)[0] };
    const answer = await netbox().api.get(`${machines}/?cf_${field}=${String((parameters[`cf_${field}`] as string[])[0])}`);
    expect(answer.rows().map(({ id }) => id)).toEqual([machine.id]);
  });
});
