import { isDeepStrictEqual } from 'node:util';
import type { EndpointView } from '../../api/endpoints/schema';
import { type Current, decidedByEndpoint, decidedGlobally, endpointFields, type EndpointState, type State } from './state';

/** One value that the file wants otherwise. */
export interface Difference {
  /** Null for the installation. */
  endpoint: string | null;
  /** A field of the endpoint, or a setting. */
  name: string;
  /** Null: not decided. */
  from: unknown;
  to: unknown;
}

export interface Comparison {
  differences: Difference[];
  /** Endpoints to be made. */
  create: string[];
  /** What stands in the way, each with the command that clears it. */
  blocked: string[];
  /** What the reader should know, and nothing has to be done about here. */
  notes: string[];
}

/** What would have to change, so that the installation is as the file says. */
export function compare(state: State, current: Current): Comparison {
  const result: Comparison = { differences: [], create: [], blocked: [], notes: [] };
  if (state.settings !== undefined) {
    result.differences.push(...settingDifferences(null, state.settings, decidedGlobally(current.settings.items)));
  }
  for (const [name, wanted] of Object.entries(state.endpoints ?? {})) {
    const endpoint = endpointNamed(current, name);
    if (endpoint === undefined) compareNew(name, wanted, result);
    else compareKnown(endpoint, wanted, result);
  }
  if (state.endpoints !== undefined) {
    const names = Object.keys(state.endpoints).map(name => name.toLowerCase());
    const others = current.endpoints.filter(({ name }) => !names.includes(name.toLowerCase()));
    result.notes.push(...others.map(({ name }) => `${name} is not in the file, and stays as it is.`));
  }
  return result;
}

export const endpointNamed = ({ endpoints }: Current, name: string): EndpointView | undefined =>
  endpoints.find(endpoint => endpoint.name.toLowerCase() === name.toLowerCase());

function compareNew(name: string, wanted: EndpointState, result: Comparison): void {
  if (wanted.url === undefined) {
    result.blocked.push(`${name} is new, and the file has no url for it.`);
    return;
  }
  result.create.push(name);
  for (const field of endpointFields) {
    if (field === 'enabled' || wanted[field] === undefined) continue;
    result.differences.push({ endpoint: name, name: field, from: null, to: wanted[field] });
  }
  result.differences.push(...settingDifferences(name, wanted.settings ?? {}, {}));
  result.notes.push(`${name} is made disabled and without credentials. ${nextCommand(name)}`);
}

function compareKnown(endpoint: EndpointView, wanted: EndpointState, result: Comparison): void {
  const { name } = endpoint;
  for (const field of endpointFields) {
    const to = wanted[field];
    if (to === undefined || isDeepStrictEqual(normal(field, to), normal(field, endpoint[field]))) continue;
    if (field === 'enabled' && to === true && endpoint.credentials.read === null) {
      result.notes.push(`${name} stays disabled until it has credentials. ${nextCommand(name)}`);
      continue;
    }
    result.differences.push({ endpoint: name, name: field, from: endpoint[field], to });
    if (endpoint.credentials.read !== null && movesSecrets(field, endpoint, to)) {
      result.blocked.push(
        `${field} of ${name} differs, and its secrets must be entered again: proxbox endpoint set ${name} with --secret-file and the new ${field}.`,
      );
    }
  }
  if (wanted.settings !== undefined) {
    result.differences.push(...settingDifferences(name, wanted.settings, decidedByEndpoint(endpoint)));
  }
}

/** Checking the certificate where none was checked sends no secret elsewhere. */
function movesSecrets(field: (typeof endpointFields)[number], { tls }: EndpointView, to: unknown): boolean {
  const onlyStricter = tls.mode === 'insecure' && isDeepStrictEqual(to, { mode: 'verify' });
  return field === 'url' || (field === 'tls' && !onlyStricter);
}

const nextCommand = (name: string): string =>
  `Next: proxbox endpoint set ${name} --principal USER@REALM!TOKEN --secret-file - --enable`;

/** What the file does not name is not decided any more. */
function settingDifferences(
  endpoint: string | null,
  wanted: Record<string, unknown>,
  decided: Record<string, unknown>,
): Difference[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(decided)])].sort();
  return names.flatMap(name => {
    const [from, to] = [decided[name] ?? null, wanted[name] ?? null];
    return isDeepStrictEqual(from, to) ? [] : [{ endpoint, name, from, to }];
  });
}

/** As the API stores it, so that another spelling of the same is no difference. */
function normal(field: (typeof endpointFields)[number], value: unknown): unknown {
  if (field === 'url' && typeof value === 'string') {
    const base = value.toLowerCase().replace(/\/+$/, '');
    return /:\d+$/.test(base) ? base : `${base}:8006`;
  }
  if (field === 'tls' && typeof value === 'object' && value !== null && 'fingerprint' in value) {
    return { ...value, fingerprint: String(value.fingerprint).replaceAll(':', '').toLowerCase() };
  }
  return value;
}
