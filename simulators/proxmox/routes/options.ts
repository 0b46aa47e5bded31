import type { Call, Routes } from '../call';
import { PermissionError } from '../errors';
import { parsePropertyString } from '../property-string';
import { listOf } from '../request-body';
import { propertyStrings } from '../method-schema';
import { allowedTags } from '../tags';

function read(call: Call): Record<string, unknown> {
  const { cluster, access } = call.sim;
  const { options } = cluster;
  const allowed = { 'allowed-tags': allowedTags(cluster, access, call.identity) };
  const style = Object.keys(options.tagStyle).length > 0 ? { 'tag-style': options.tagStyle } : {};
  if (!access.has(call.identity, '/', 'Sys.Audit')) return { ...allowed, ...style };
  const nextId = Object.entries(options.nextId).map(([key, value]) => [key, String(value)]);
  const tagAccess = options.userTagAccess;
  return {
    ...allowed,
    ...style,
    description: options.description,
    mac_prefix: options.macPrefix,
    ...(options.registeredTags.length > 0 ? { 'registered-tags': options.registeredTags } : {}),
    ...(nextId.length > 0 ? { 'next-id': Object.fromEntries(nextId) } : {}),
    ...(tagAccess === undefined
      ? {}
      : {
          'user-tag-access': {
            'user-allow': tagAccess.allow,
            ...(tagAccess.list.length > 0 ? { 'user-allow-list': tagAccess.list } : {}),
          },
        }),
  };
}

function update(call: Call): null {
  const { cluster, access } = call.sim;
  const { options } = cluster;
  if (!access.has(call.identity, '/', 'Sys.Modify')) throw new PermissionError('/, Sys.Modify');
  for (const key of listOf(call.params.text('delete'))) set(call, key, undefined);
  for (const [key, value] of call.params.entries()) if (key !== 'delete') set(call, key, value ?? undefined);
  options.registeredTags.sort();
  return null;
}

function set(call: Call, key: string, value: string | undefined): void {
  const { options } = call.sim.cluster;
  const parsed = (): Map<string, string> => parsePropertyString(value ?? '', propertyStrings[key] ?? {});
  switch (key) {
    case 'description':
      options.description = value ?? '';
      return;
    case 'mac_prefix':
      options.macPrefix = value ?? 'BC:24:11';
      return;
    case 'registered-tags':
      options.registeredTags = listOf(value);
      return;
    case 'next-id': {
      options.nextId = Object.fromEntries([...parsed()].map(([name, item]) => [name, Number(item)]));
      return;
    }
    case 'tag-style':
      options.tagStyle = Object.fromEntries(
        [...parsed()].map(([name, item]) => [name, name === 'case-sensitive' ? Number(item) : item]),
      );
      return;
    case 'user-tag-access': {
      if (value === undefined) {
        delete options.userTagAccess;
        return;
      }
      const wanted = parsed();
      const allow = (['existing', 'list', 'none'] as const).find(mode => mode === wanted.get('user-allow')) ?? 'free';
      options.userTagAccess = { allow, list: (wanted.get('user-allow-list') ?? '').split(';').filter(tag => tag !== '') };
      return;
    }
  }
}

export const optionRoutes: Routes = {
  'GET /cluster/options': { handle: read },
  'PUT /cluster/options': { handle: update },
};
