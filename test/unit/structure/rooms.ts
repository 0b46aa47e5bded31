/**
 * Which room may import what. The same rules are in `.oxlintrc.json`, where an editor shows them while one types; these are checked against paths
 * as they resolve.
 */
export interface RoomRules {
  /** Rooms of ours that may be imported. */
  rooms: readonly string[];
  /** Rooms of which types may be imported, too. */
  typesOf: readonly string[];
  /** Single files, by their path's end, that may be imported from rooms that are closed otherwise. */
  files: readonly string[];
  /** What is imported from elsewhere: packages and node: modules. Returns whether it is allowed. */
  packages: (name: string, typesOnly: boolean) => boolean;
}

const temporalSdk =
  (...allowed: string[]) =>
  (name: string) =>
    !name.startsWith('@temporalio/') ||
    allowed.some(part => name === `@temporalio/${part}` || name.startsWith(`@temporalio/${part}/`));
const none =
  (...names: string[]) =>
  (name: string) =>
    !names.includes(name);

export const ROOMS: Readonly<Record<string, RoomRules>> = {
  domain: { rooms: [], typesOf: [], files: [], packages: (name, typesOnly) => name === 'zod' && typesOnly },
  workflows: {
    rooms: ['domain'],
    typesOf: ['activities'],
    files: ['temporal/search-attributes'],
    packages: name => name === '@temporalio/workflow' || name === '@temporalio/common',
  },
  activities: {
    rooms: ['domain'],
    typesOf: ['clients', 'database', 'config', 'workflows'],
    files: ['errors', 'workflows/names'],
    packages: (name, typesOnly) => temporalSdk('activity', 'common')(name) && (typesOnly || none('pg', 'undici')(name)),
  },
  clients: { rooms: ['domain'], typesOf: ['config'], files: [], packages: name => temporalSdk()(name) && name !== 'pg' },
  database: { rooms: ['domain', 'config'], typesOf: [], files: [], packages: name => temporalSdk()(name) && name !== 'undici' },
  temporal: { rooms: ['config'], typesOf: [], files: [], packages: none('pg', 'undici') },
  telemetry: { rooms: ['domain', 'config'], typesOf: [], files: [], packages: none('pg', 'undici') },
  config: { rooms: ['domain'], typesOf: [], files: [], packages: name => temporalSdk()(name) && none('pg', 'undici')(name) },
  api: {
    rooms: ['domain', 'database', 'config', 'telemetry'],
    typesOf: ['workflows'],
    files: ['workflows/messages', 'workflows/names', 'temporal/search-attributes'],
    packages: name => temporalSdk('client', 'common')(name) && name !== 'undici',
  },
  cli: { rooms: [], typesOf: ['api'], files: [], packages: name => temporalSdk()(name) && name !== 'pg' },
  simulators: {
    rooms: [],
    typesOf: [],
    files: ['domain/proxmox/property-string'],
    packages: name => temporalSdk()(name) && name !== 'pg',
  },
  worker: {
    rooms: ['domain', 'workflows', 'activities', 'clients', 'database', 'config', 'temporal', 'telemetry'],
    typesOf: [],
    files: [],
    packages: () => true,
  },
};

/** Files that join rooms, and may import more than theirs. */
export const COMPOSITION_ROOTS: Readonly<Record<string, readonly string[]>> = { 'api/main.ts': ['temporal'] };
