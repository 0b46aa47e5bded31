import type { MeView, NewTokenView, TokenView } from '../../api/auth/schema';
import { requireChoice } from '../choice';
import { command, type Group } from '../command';
import { exitCodes } from '../exit-codes';
import { numberOf } from '../options';
import { type Cell, table } from '../output/table';
import { findToken, tokensPath } from '../people/tokens';
import { timeText } from '../runs/times';

type Permission = MeView['permissions'][number]['permission'];

/** In step with the API's, or this does not compile. */
const permissions: Record<Permission, true> = {
  intent_create_vm: true,
  intent_update_vm: true,
  intent_delete_vm: true,
  intent_create_lxc: true,
  intent_update_lxc: true,
  intent_delete_lxc: true,
  authorize_deletion_request: true,
  view: true,
  run_sync: true,
  operate: true,
  manage_endpoints: true,
  manage_users: true,
  audit: true,
};
const permissionNames = Object.keys(permissions);

const userOption = { user: { type: 'string', value: 'USER', help: "Somebody else's; your own unless given." } } as const;

const DAY_MS = 86_400_000;

const list = command({
  name: 'list',
  summary: 'API tokens, without what they are.',
  options: userOption,
  async run({ api, terminal }, { user }) {
    const client = api();
    const items = await client.collect<TokenView>(await tokensPath(client, user), {});
    if (terminal.json) {
      terminal.printJson({ items });
      return exitCodes.ok;
    }
    const head = ['NAME', 'BEGINS WITH', 'GIVES', 'LAST USED', 'ENDS', 'ID'].map(text => ({ text, paint: terminal.paints.bold }));
    const rows = items.map((token): Cell[] => [
      token.name,
      `pbx_${token.prefix}_`,
      token.permissions === null ? 'everything its user may' : token.permissions.join(','),
      token.lastUsedAt === null ? 'never' : timeText(token.lastUsedAt),
      token.revokedAt !== null ? 'revoked' : token.expiresAt === null ? 'never' : timeText(token.expiresAt),
      { text: token.id, paint: terminal.paints.dim },
    ]);
    terminal.print(items.length === 0 ? [] : table([head, ...rows]));
    if (items.length === 0) terminal.say('No tokens.');
    return exitCodes.ok;
  },
});

const create = command({
  name: 'create',
  summary: 'Make an API token. It is printed this once.',
  arguments: ['NAME'],
  options: {
    ...userOption,
    permission: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      choices: permissionNames,
      help: 'Give only this, as far as its user may; may be repeated. Everything that its user may unless given.',
    },
    days: { type: 'string', value: 'DAYS', help: 'How long it is valid; until it is revoked unless given.' },
  },
  details: 'A token that is made for somebody else proves no person.',
  async run({ api, terminal }, { user, permission, days }, [name = '']) {
    for (const each of permission ?? []) requireChoice(each, permissionNames, 'permission');
    const lifetime = days === undefined ? null : numberOf(days, '--days', 0) * DAY_MS;
    const body = {
      name,
      ...(permission && { permissions: [...new Set(permission)] }),
      ...(lifetime !== null && { expiresAt: new Date(Date.now() + lifetime).toISOString() }),
    };
    const client = api();
    const { body: made } = await client.send<NewTokenView>('POST', await tokensPath(client, user), { body });
    if (terminal.json) terminal.printJson(made);
    else terminal.print(made.token);
    terminal.say('Keep it now: only its hash is stored.');
    return exitCodes.ok;
  },
});

const revoke = command({
  name: 'revoke',
  summary: 'End an API token at once. TOKEN is an id, what it begins with, or its name.',
  arguments: ['TOKEN'],
  options: userOption,
  async run({ api, terminal }, { user }, [wanted = '']) {
    const client = api();
    const path = await tokensPath(client, user);
    const { id, name } = findToken(await client.collect<TokenView>(path, {}), wanted);
    await client.send('DELETE', `${path}/${id}`);
    if (terminal.json) terminal.printJson({ revoked: { id, name } });
    terminal.say(`Revoked ${name}.`);
    return exitCodes.ok;
  },
});

export const tokenCommands: Group = {
  name: 'token',
  summary: 'API tokens: your own, and those of others.',
  commands: [list, create, revoke],
};
