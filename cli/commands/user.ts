import type { BindingView, UserView } from '../../api/people/schema';
import { command, type Group } from '../command';
import type { Context } from '../context';
import { ifMatch } from '../connection/if-match';
import { readSecret } from '../connection/secret-input';
import { UsageError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { agreed } from '../output/ask';
import { type Cell, properties, table } from '../output/table';
import { findUser, listUsers } from '../people/find-user';
import { timeText } from '../runs/times';

const passwordOption = {
  'password-file': { type: 'string', value: 'FILE', help: 'The password; - for standard input. Else PROXBOX_USER_PASSWORD.' },
} as const;
const whereOption = {
  endpoint: { type: 'string', value: 'NAME', help: 'On this endpoint only; everywhere unless given.' },
} as const;
const profileOptions = {
  'display-name': { type: 'string', value: 'TEXT', help: "Their name; '' for none." },
  email: { type: 'string', value: 'ADDRESS', help: "Their mail address; '' for none." },
} as const;

const list = command({
  name: 'list',
  summary: 'Everybody who may sign in or has tokens.',
  options: {},
  async run({ api, terminal }) {
    const items = await listUsers(api());
    if (terminal.json) {
      terminal.printJson({ items });
      return exitCodes.ok;
    }
    const { bold, dim, green, yellow } = terminal.paints;
    const head = ['USER', 'NAME', 'SIGNS IN BY', 'NETBOX USER', 'STATE', 'ID'].map(text => ({ text, paint: bold }));
    const rows = items.map((user): Cell[] => [
      user.username,
      user.displayName,
      signInText(user),
      user.netboxUsername ?? '–',
      user.enabled ? { text: 'enabled', paint: green } : { text: 'disabled', paint: yellow },
      { text: user.id, paint: dim },
    ]);
    terminal.print(table([head, ...rows]));
    return exitCodes.ok;
  },
});

const show = command({
  name: 'show',
  summary: 'A user with their roles.',
  arguments: ['USER'],
  options: {},
  async run(context, _values, [wanted = '']) {
    return tell(context, await findUser(context.api(), wanted));
  },
});

const create = command({
  name: 'create',
  summary: 'Add a user, who may do nothing until a role is given.',
  arguments: ['USER'],
  options: {
    ...profileOptions,
    ...passwordOption,
    role: { type: 'string', multiple: true, value: 'NAME', help: 'Give this role, everywhere; may be repeated.' },
  },
  details: 'Without a password nobody signs in with one: such a user has tokens, or single sign-on.',
  async run(context, values, [username = '']) {
    const client = context.api();
    const file = values['password-file'];
    const password =
      file === undefined && context.env['PROXBOX_USER_PASSWORD'] === undefined
        ? undefined
        : await passwordOf(context, username, file);
    const body = { username, ...profileOf(values), ...(password !== undefined && { password }) };
    const { body: user } = await client.send<UserView>('POST', '/users', { body });
    for (const role of values.role ?? []) await client.send('POST', `/users/${user.id}/roles`, { body: { role } });
    return tell(context, user);
  },
});

const change = command({
  name: 'change',
  summary: 'Change a user; what is not named stays.',
  arguments: ['USER'],
  options: {
    username: { type: 'string', value: 'USER', help: 'Another user name.' },
    ...profileOptions,
    enable: { type: 'boolean', help: 'Let them in again.' },
    disable: { type: 'boolean', help: 'Take every right from them, from the moment on.' },
  },
  async run(context, values, [wanted = '']) {
    if (values.enable === true && values.disable === true) throw new UsageError('--enable and --disable contradict each other.');
    const body = {
      ...(values.username !== undefined && { username: values.username }),
      ...profileOf(values),
      ...(values.enable === true && { enabled: true }),
      ...(values.disable === true && { enabled: false }),
    };
    if (Object.keys(body).length === 0) throw new UsageError('Nothing to change was named.', 'proxbox help user change');
    const client = context.api();
    const before = await findUser(client, wanted);
    const request = { body, headers: ifMatch(before) };
    return tell(context, (await client.send<UserView>('PATCH', `/users/${before.id}`, request)).body);
  },
});

const password = command({
  name: 'password',
  summary: 'Set the password of a user, and sign them out everywhere.',
  arguments: ['USER'],
  options: passwordOption,
  async run(context, values, [wanted = '']) {
    const client = context.api();
    const { id, username } = await findUser(client, wanted);
    const body = { password: await passwordOf(context, username, values['password-file']) };
    await client.send('PUT', `/users/${id}/password`, { body });
    if (context.terminal.json) context.terminal.printJson({ changed: { id, username } });
    context.terminal.say(`Set the password of ${username}.`);
    return exitCodes.ok;
  },
});

const give = command({
  name: 'give-role',
  summary: 'Give a user a role, everywhere or on one endpoint.',
  arguments: ['USER', 'ROLE'],
  options: whereOption,
  async run(context, { endpoint = null }, [wanted = '', role = '']) {
    const client = context.api();
    const user = await findUser(client, wanted);
    await client.send('POST', `/users/${user.id}/roles`, { body: { role, endpoint } });
    return tell(context, user);
  },
});

const take = command({
  name: 'take-role',
  summary: 'Take a role from a user, as it was given: everywhere, or on one endpoint.',
  arguments: ['USER', 'ROLE'],
  options: whereOption,
  async run(context, { endpoint }, [wanted = '', role = '']) {
    const client = context.api();
    const user = await findUser(client, wanted);
    const same = (a: string | undefined, b: string | undefined): boolean => a?.toLowerCase() === b?.toLowerCase();
    const found = (await rolesOf(client, user)).find(each => same(each.role.name, role) && same(each.endpoint?.name, endpoint));
    if (found === undefined) {
      const where = endpoint === undefined ? 'everywhere' : `on ${endpoint}`;
      throw new UsageError(`${user.username} does not have the role ${role} ${where}.`, `proxbox user show ${user.username}`);
    }
    await client.send('DELETE', `/users/${user.id}/roles/${found.id}`);
    return tell(context, user);
  },
});

const remove = command({
  name: 'delete',
  summary: 'Delete a user with roles, tokens and sessions.',
  arguments: ['USER'],
  options: { yes: { type: 'boolean', short: 'y', help: 'Do not ask.' } },
  async run({ api, terminal, asking }, { yes }, [wanted = '']) {
    const user = await findUser(api(), wanted);
    const { id, username } = user;
    if (!(await agreed(asking, yes, `Delete the user ${username}?`))) return exitCodes.rejected;
    await api().send('DELETE', `/users/${id}`, { headers: ifMatch(user) });
    if (terminal.json) terminal.printJson({ deleted: { id, username } });
    terminal.say(`Deleted ${username}.`);
    return exitCodes.ok;
  },
});

const profileOf = ({ 'display-name': displayName, email }: { 'display-name'?: string; email?: string }) => ({
  ...(displayName !== undefined && { displayName }),
  ...(email !== undefined && { email: email === '' ? null : email }),
});

const passwordOf = ({ env, asking }: Context, username: string, file: string | undefined): Promise<string> =>
  readSecret(
    { what: `The password of ${username}`, flag: '--password-file', file, variable: 'PROXBOX_USER_PASSWORD' },
    env,
    asking,
  );

const rolesOf = (client: ReturnType<Context['api']>, { id }: UserView): Promise<BindingView[]> =>
  client.collect<BindingView>(`/users/${id}/roles`, {});

/** The user with their roles, as they are now. */
async function tell({ api, terminal }: Context, user: UserView): Promise<ExitCode> {
  const roles = await rolesOf(api(), user);
  if (terminal.json) terminal.printJson({ ...user, roles });
  else if (!terminal.quiet) {
    const where = roles.map(({ role, endpoint }) => (endpoint === null ? role.name : `${role.name} on ${endpoint.name}`));
    terminal.print(
      properties([
        ['user', user.username],
        ['id', user.id],
        ['name', user.displayName || null],
        ['mail', user.email],
        ['enabled', user.enabled ? 'yes' : 'no'],
        ['signs in by', signInText(user)],
        ['NetBox user', user.netboxUsername],
        ['roles', where.join(', ') || `none: proxbox user give-role ${user.username} viewer`],
        ['since', timeText(user.createdAt)],
      ]),
    );
  }
  return exitCodes.ok;
}

const signInText = ({ hasPassword, external }: UserView): string =>
  [hasPassword && 'password', external !== null && 'single sign-on'].filter(Boolean).join(', ') || 'tokens only';

export const userCommands: Group = {
  name: 'user',
  summary: 'People and what they may do. USER is a name or an id.',
  commands: [list, show, create, change, password, give, take, remove],
};
