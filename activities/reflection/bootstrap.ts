/**
 * The supporting objects in NetBox: found, and made where they are missing. A second call on the same NetBox writes nothing.
 */
import type { NetBoxClient } from '../../clients/netbox/client';
import type { NetBoxValues } from '../../clients/netbox/object';
import {
  customFields,
  supportObjects,
  type CustomField,
  type ObjectType,
  type SupportObject,
} from '../../domain/reflection/bootstrap';
import type { Finding } from '../../domain/reflection/findings';
import { choiceIn, textIn, type DesireContext, type NetBoxCapabilities } from '../../domain/reflection/kind';
import type { ReflectionStore } from '../../database/reflection-store';
import { StopRun } from '../failures';
import { seesPart } from './netbox-checks';
import type { BulkItemError } from '../../clients/netbox/bulk-result';
import { NetBoxPermissionError, NetBoxValidationError } from '../../clients/netbox/errors';

export interface Support {
  /** NetBox ids by `path/slug`. */
  ids: Map<string, number>;
  customFields: DesireContext['customFields'];
  findings: Finding[];
  /** False when something is missing that can be made. */
  complete: boolean;
  created: number;
  patched: number;
}

type Netbox = Pick<NetBoxClient, 'listAll' | 'create' | 'update' | 'bulkCreate'>;

/** What is there. What is missing counts as there when it can be made, so that a plan shows what a run would do. */
export async function findSupport(netbox: Netbox, capabilities: NetBoxCapabilities): Promise<Support> {
  return look(netbox, capabilities, false);
}

/** Makes what is missing. Two endpoints, or two processes, do not make the same object twice. */
export async function ensureSupport(
  netbox: Netbox,
  store: Pick<ReflectionStore, 'withLock'>,
  capabilities: NetBoxCapabilities,
): Promise<Support> {
  return store.withLock('netbox bootstrap', () => look(netbox, capabilities, true));
}

async function look(netbox: Netbox, capabilities: NetBoxCapabilities, write: boolean): Promise<Support> {
  const support: Support = {
    ids: new Map(),
    customFields: { vm: new Set(), device: new Set(), cluster: new Set(), interface: new Set() },
    findings: [],
    complete: true,
    created: 0,
    patched: 0,
  };
  const [missing] = await Promise.all([
    findObjects(netbox, supportObjects(capabilities), support),
    ensureCustomFields(netbox, support, write),
  ]);
  if (write) await createObjects(netbox, missing, support);
  else if (missing.length > 0) support.complete = false;
  return support;
}

async function findObjects(netbox: Netbox, wanted: SupportObject[], support: Support): Promise<SupportObject[]> {
  const paths = [...new Set(wanted.map(object => object.path))];
  await Promise.all(
    paths.map(async path => {
      const slugs = new Set(wanted.filter(object => object.path === path).map(object => object.slug));
      const rows = await netbox.listAll(path, {
        filters: { slug: [...slugs] },
        fields: ['slug'],
        expect: row => slugs.has(textIn(row['slug'])),
      });
      for (const row of rows) support.ids.set(`${path}/${textIn(row['slug'])}`, row.id);
    }),
  );
  return wanted.filter(object => !support.ids.has(`${object.path}/${object.slug}`));
}

/** One request for each path, in the order in which they refer to each other. */
async function createObjects(netbox: Netbox, objects: SupportObject[], support: Support): Promise<void> {
  for (const path of new Set(objects.map(object => object.path))) {
    const bodies = objects.filter(object => object.path === path).map(object => bodyOf(object, support));
    for (const { item, ...result } of await netbox.bulkCreate(path, bodies)) {
      const slug = String(item['slug']);
      support.ids.set(`${path}/${slug}`, result.ok ? result.object.id : await findRefused(netbox, path, slug, result.error));
      if (result.ok) support.created++;
    }
  }
}

/** @returns the id of what somebody else made a moment ago. */
async function findRefused(netbox: Netbox, path: string, slug: string, { fields, text }: BulkItemError): Promise<number> {
  const [row] = await netbox.listAll(path, { filters: { slug }, fields: ['slug'], expect: found => found['slug'] === slug });
  if (row) return row.id;
  if (fields['slug']?.some(words => /already exists/.test(words))) throw seesPart(`an object "${slug}" in ${path}`, 0);
  throw new StopRun(
    'writes-refused',
    `NetBox refused to create "${slug}" in ${path}, which every guest or node refers to: ${text} Nothing else was written. Change in NetBox what stands in the way (a rule, or another object of this name), or run "npm run bootstrap" with an administrator's token.`,
  );
}

const bodyOf = ({ slug, body }: SupportObject, support: Support): NetBoxValues => ({
  slug,
  ...Object.fromEntries(Object.entries(body).map(([field, value]) => [field, manufacturerId(value, support) ?? value])),
});

const manufacturerId = (value: string | boolean, support: Support): number | undefined =>
  typeof value === 'string' && value.startsWith('@') ? support.ids.get(`dcim/manufacturers/${value.slice(1)}`) : undefined;

// Custom fields ------------------------------------------------------------------------------------------------------------

const scopes: Record<ObjectType, keyof DesireContext['customFields']> = {
  'virtualization.virtualmachine': 'vm',
  'virtualization.cluster': 'cluster',
  'virtualization.vminterface': 'interface',
  'dcim.device': 'device',
};

interface ExistingField {
  id: number;
  type: string;
  objectTypes: string[];
}

async function ensureCustomFields(netbox: Netbox, support: Support, write: boolean): Promise<void> {
  const existing = await readCustomFields(netbox);
  const usable = ({ name, objectTypes }: CustomField): void =>
    objectTypes.forEach(type => support.customFields[scopes[type]].add(name));
  const absent: CustomField[] = [];
  for (const field of customFields) {
    if (existing === 'unreadable') {
      usable(field);
      continue;
    }
    const found = existing.get(field.name);
    if (found && found.type !== field.type) support.findings.push(wrongType(field, found.type));
    else if (found && field.objectTypes.every(type => found.objectTypes.includes(type))) usable(field);
    else if (!write) {
      support.complete = false;
      usable(field);
    } else if (!found) absent.push(field);
    else if (await noted(field, support, () => widenField(netbox, field, found, support))) usable(field);
  }
  for (const field of await createFields(netbox, absent, support)) usable(field);
}

/** A daily token needs no right on custom fields: then they are taken to be there, as the bootstrap leaves them. */
async function readCustomFields(netbox: Netbox): Promise<Map<string, ExistingField> | 'unreadable'> {
  const names = new Set(customFields.map(field => field.name));
  try {
    const rows = await netbox.listAll('extras/custom-fields', {
      filters: { name: [...names] },
      fields: ['name', 'type', 'object_types'],
      expect: row => names.has(textIn(row['name'])),
    });
    const objectTypes = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
    return new Map(
      rows.map(row => [
        textIn(row['name']),
        { id: row.id, type: String(choiceIn(row['type'])), objectTypes: objectTypes(row['object_types']) },
      ]),
    );
  } catch (error) {
    if (error instanceof NetBoxPermissionError) return 'unreadable';
    throw error;
  }
}

/** @returns those that exist now. All in one request; what is refused is asked for once more alone, to hear why. */
async function createFields(netbox: Netbox, fields: CustomField[], support: Support): Promise<CustomField[]> {
  const path = 'extras/custom-fields';
  const bodies = fields.map(({ objectTypes, ...field }) => ({
    ...field,
    object_types: objectTypes,
    group_name: 'Proxmox',
    filter_logic: 'exact',
    ui_editable: 'hidden',
  }));
  const made = new Set<number>();
  const inOne = async (): Promise<void> => {
    for (const { ok, index } of await netbox.bulkCreate(path, bodies)) if (ok) made.add(index);
  };
  await inOne().catch((error: unknown) => {
    if (!(error instanceof NetBoxPermissionError)) throw error;
  });
  for (const [index, field] of fields.entries()) {
    if (made.has(index) || (await noted(field, support, () => netbox.create(path, bodies[index]!)))) made.add(index);
  }
  support.created += made.size;
  return fields.filter((_, index) => made.has(index));
}

/** Object types are a union: what an operator added stays. */
async function widenField(netbox: Netbox, field: CustomField, found: ExistingField, support: Support): Promise<void> {
  const objectTypes = [...new Set([...found.objectTypes, ...field.objectTypes])];
  await netbox.update('extras/custom-fields', found.id, { object_types: objectTypes });
  support.patched++;
}

/** A field that NetBox refuses is a finding; the run goes on without it. @returns false when it was refused. */
async function noted(field: CustomField, support: Support, write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (!(error instanceof NetBoxPermissionError) && !(error instanceof NetBoxValidationError)) throw error;
    support.findings.push(cannotWrite(field, error.message));
    return false;
  }
}

const wrongType = (field: CustomField, type: string): Finding => ({
  code: 'custom-field-type',
  severity: 'warning',
  label: field.name,
  message: `NetBox has a custom field ${field.name} of type ${type}; ours is ${field.type}. It is left as it is and not written; rename it in NetBox to have ours made.`,
});

const cannotWrite = (field: CustomField, words: string): Finding => ({
  code: 'custom-field-type',
  severity: 'warning',
  label: field.name,
  message: `The custom field ${field.name} could not be made: ${words}. Run "npm run bootstrap" once with an administrator's token.`,
});
