import { batchesOf } from '../clients/netbox/batches';
import { toBody } from '../activities/reflection/to-body';
import { customFields, supportObjects } from '../domain/reflection/bootstrap';
import type { NetBoxCapabilities } from '../domain/reflection/kind';
import { resolve, type Values } from '../domain/reflection/values';
import { inLanes, type BareHttp } from './bare-http';
import type { Recording } from './recording';

/** The largest request that is safe before usual proxies' timeouts: a real NetBox takes 40 to 90 ms per object. */
const largestBatch = 100;

/**
 * Creates the objects that a sync created, with the fewest requests in the order that their references demand, and does nothing
 * else: it reads nothing, compares nothing, keeps nothing, and gives up at the first error. The supporting objects get the ids that they
 * had before the reset, or it says so.
 */
export async function loadBare(http: BareHttp, { recorded, supportIds, capabilities }: Recording, lanes: number): Promise<void> {
  await loadSupport(http, supportIds, capabilities);
  const ids = new Map<string, number>();
  for (const { kind, objects } of recorded) {
    const resolved = (values: Values): Values =>
      Object.fromEntries(
        Object.entries(values).map(([field, value]) => [field, resolve(value, of => ids.get(`${of.ref}:${of.key}`))]),
      );
    const elements = objects.map((item, index) => ({
      index,
      item,
      body: kind.on ? { id: ids.get(`${kind.on}:${item.key}`), ...toBody(resolved(item.values)) } : toBody(resolved(item.values)),
    }));
    const groupBy = kind.togetherByGuest ? ({ key }: { key: string }): string => key.split('/').slice(0, 2).join('/') : undefined;
    const batches = batchesOf(elements, { maxItems: largestBatch, maxBytes: 900_000, ...(groupBy && { groupBy }) });
    await inLanes(
      lanes,
      batches.map(batch => async () => {
        const rows = await http.send(
          kind.on ? 'PATCH' : 'POST',
          kind.path,
          '',
          batch.map(({ body }) => body),
        );
        idsIn(rows).forEach((id, place) => ids.set(`${kind.name}:${batch[place]!.item.key}`, id));
      }),
    );
  }
}

async function loadSupport(http: BareHttp, expected: Map<string, number>, capabilities: NetBoxCapabilities): Promise<void> {
  const objects = supportObjects(capabilities);
  const made = new Map<string, number>();
  const bodyOf = (body: Record<string, string | boolean>) =>
    Object.fromEntries(
      Object.entries(body).map(([field, value]) => [
        field,
        typeof value === 'string' && value.startsWith('@') ? made.get(`dcim/manufacturers/${value.slice(1)}`) : value,
      ]),
    );
  for (const path of new Set(objects.map(object => object.path))) {
    const ofPath = objects.filter(object => object.path === path);
    const rows = await http.send(
      'POST',
      path,
      '',
      ofPath.map(({ slug, body }) => ({ slug, ...bodyOf(body) })),
    );
    idsIn(rows).forEach((id, place) => made.set(`${path}/${ofPath[place]!.slug}`, id));
  }
  await http.send(
    'POST',
    'extras/custom-fields',
    '',
    customFields.map(({ objectTypes, ...field }) => ({
      ...field,
      object_types: objectTypes,
      group_name: 'Proxmox',
      filter_logic: 'exact',
      ui_editable: 'hidden',
    })),
  );
  for (const [name, id] of made) {
    if (expected.get(name) !== id) throw new Error(`NetBox numbers objects differently after its reset: ${name} is ${id}.`);
  }
}

const idsIn = (rows: unknown): number[] => (Array.isArray(rows) ? rows.map(row => (row as { id: number }).id) : []);
