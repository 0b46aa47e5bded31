import { isDeepStrictEqual } from 'node:util';
import type { NetBoxClient } from './client';
import { NetBoxValidationError } from './errors';
import { isRecord } from './field-errors';
import type { NetBoxObject, NetBoxPath, NetBoxValues } from './object';

/** What an object with a name of ours needed to be as wanted. */
export interface Ensured {
  readonly id: number;
  readonly outcome: 'made' | 'corrected' | 'unchanged';
  /** Names of the fields that were corrected. */
  readonly corrected: readonly string[];
}

/** Webhooks and event rules that are kept as wanted. */
export interface NetBoxHooks {
  /** Makes the webhook of this name, or corrects what differs from it. */
  ensureWebhook(wanted: WantedWebhook): Promise<Ensured>;
  /** Makes the event rule of this name, or corrects what differs from it; one that was switched off is switched on. */
  ensureEventRule(wanted: WantedEventRule): Promise<Ensured>;
}

export function createNetBoxHooks(netbox: NetBoxClient): NetBoxHooks {
  return {
    ensureWebhook: wanted => ensureWebhook(netbox, wanted),
    ensureEventRule: wanted => ensureEventRule(netbox, wanted),
  };
}

/** A webhook, as NetBox calls it. `secret` signs the body: `X-Hook-Signature` is its HMAC-SHA512 in hex. */
export interface WantedWebhook {
  readonly name: string;
  readonly description: string;
  readonly payloadUrl: string;
  readonly secret: string;
  readonly verifyTls: boolean;
}

async function ensureWebhook(netbox: NetBoxClient, wanted: WantedWebhook): Promise<Ensured> {
  return ensureNamed(netbox, 'extras/webhooks', {
    name: wanted.name,
    description: wanted.description,
    payload_url: wanted.payloadUrl,
    http_method: 'POST',
    http_content_type: 'application/json',
    additional_headers: '',
    body_template: '',
    secret: wanted.secret,
    ssl_verification: wanted.verifyTls,
  });
}

/** Which events of which objects call a webhook. */
export interface WantedEventRule {
  readonly name: string;
  readonly description: string;
  readonly objectTypes: readonly string[];
  readonly eventTypes: readonly string[];
  readonly webhookId: number;
}

async function ensureEventRule(netbox: NetBoxClient, wanted: WantedEventRule): Promise<Ensured> {
  return ensureNamed(netbox, 'extras/event-rules', {
    name: wanted.name,
    description: wanted.description,
    enabled: true,
    object_types: wanted.objectTypes.toSorted(),
    event_types: wanted.eventTypes.toSorted(),
    conditions: null,
    action_type: 'webhook',
    action_object_type: 'extras.webhook',
    action_object_id: wanted.webhookId,
  });
}

async function ensureNamed(
  netbox: NetBoxClient,
  path: NetBoxPath,
  wanted: NetBoxValues & { readonly name: string },
): Promise<Ensured> {
  const found = (await findNamed(netbox, path, wanted.name)) ?? (await makeUnlessThere(netbox, path, wanted));
  if ('made' in found) return { id: found.made, outcome: 'made', corrected: [] };
  const differing = Object.entries(wanted).filter(([name, value]) => !isDeepStrictEqual(plain(found.object[name]), value));
  if (differing.length === 0) return { id: found.object.id, outcome: 'unchanged', corrected: [] };
  await netbox.update(path, found.object.id, Object.fromEntries(differing));
  return { id: found.object.id, outcome: 'corrected', corrected: differing.map(([name]) => name) };
}

type Found = { readonly object: NetBoxObject } | { readonly made: number };

async function findNamed(netbox: NetBoxClient, path: NetBoxPath, name: string): Promise<Found | undefined> {
  const [object] = await netbox.listAll(path, { filters: { name }, expect: row => row['name'] === name });
  return object && { object };
}

/** Somebody else may have made it since we looked. */
async function makeUnlessThere(
  netbox: NetBoxClient,
  path: NetBoxPath,
  wanted: NetBoxValues & { readonly name: string },
): Promise<Found> {
  try {
    return { made: (await netbox.create(path, wanted)).id };
  } catch (error) {
    const found = error instanceof NetBoxValidationError ? await findNamed(netbox, path, wanted.name) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

/** A value as it is written: NetBox shows choices with their labels; the order of lists says nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.toSorted();
  return isRecord(value) && 'value' in value ? value['value'] : value;
}
