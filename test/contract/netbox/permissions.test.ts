import { signInToNetBox } from '../../../clients/netbox/sign-in';
import { NetBoxSignInError, NetBoxUnavailableError } from '../../../clients/netbox/errors';
import { onEveryNetBox } from './support/netbox';
import { makePerson, makeToken } from './support/people';

onEveryNetBox('what a token may do', netbox => {
  const tags = 'extras/tags';
  const type = ['extras.tag'];
  const allowedFor = async (actions: ('view' | 'add' | 'change' | 'delete')[], values: { write_enabled?: boolean } = {}) => {
    const person = await makePerson(netbox(), actions.length === 0 ? [] : [{ types: type, actions }]);
    return netbox()
      .clientAs(await makeToken(netbox(), person, values))
      .allowedActions(tags);
  };

  it.each([
    [[]],
    [['view']],
    [['view', 'add']],
    [['view', 'change']],
    [['view', 'delete']],
    [['add', 'change']],
    [['view', 'add', 'change', 'delete']],
  ] as const)('is told without changing anything: %j', async actions => {
    const held = new Set<string>(actions);
    expect(await allowedFor([...actions])).toEqual({
      view: held.has('view'),
      add: held.has('add'),
      change: held.has('change'),
      delete: held.has('delete'),
    });
  });

  it('is only viewing where the token may not write, whatever its user may', async () => {
    expect(await allowedFor(['view', 'add', 'change', 'delete'], { write_enabled: false })).toEqual({
      view: true,
      add: false,
      change: false,
      delete: false,
    });
  });

  it('is nothing but viewing where a model can only be read', async () => {
    expect(await netbox().client.allowedActions('core/object-changes')).toEqual({
      view: true,
      add: false,
      change: false,
      delete: false,
    });
  });
});

onEveryNetBox('signing in with a password', netbox => {
  const options = () => ({ baseUrl: netbox().url, tls: { mode: 'verify' }, timeoutMs: 30_000 }) as const;
  const person = async (): Promise<{ id: number; username: string; password: string }> => {
    const login = { username: netbox().unique('login'), password: 'Correct-horse-7-battery' };
    const { id } = await netbox().make('users/users', login);
    return { id, ...login };
  };
  const tokensOf = async (id: number): Promise<number> => (await netbox().api.get(`users/tokens/?user_id=${id}`)).rows().length;

  it('tells who signed in, as NetBox writes the name, and leaves no token', async () => {
    const { id, username, password } = await person();
    expect(await signInToNetBox(options(), { username, password })).toEqual({ username, tokenDeleted: true });
    expect(await tokensOf(id)).toBe(0);
  });

  it('is refused with a wrong password, to a user who is unknown, and to one who is not active', async () => {
    const { id, username, password } = await person();
    await expect(signInToNetBox(options(), { username, password: 'wrong' })).rejects.toThrow(NetBoxSignInError);
    await expect(signInToNetBox(options(), { username: netbox().unique('nobody'), password })).rejects.toThrow(NetBoxSignInError);
    await netbox().api.patch(`users/users/${id}/`, { is_active: false });
    await expect(signInToNetBox(options(), { username, password })).rejects.toThrow(NetBoxSignInError);
    expect(await tokensOf(id)).toBe(0);
  });

  it('fails without the password in its error when nobody answers', async () => {
    const nowhere = { ...options(), baseUrl: 'http://127.0.0.1:9', timeoutMs: 2_000 };
    const error = await signInToNetBox(nowhere, { username: 'lena', password: 'canary-password' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(NetBoxUnavailableError);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary-password');
  });
});
