/**
 * The supporting objects in NetBox: found, and made where they are missing. A second call on the same NetBox writes nothing.
 */
import type { NetBoxClient } from '../../clients/netbox/client';
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

type Netbox = Pick<NetBoxClient, 'listAll' | 'create' | 'update'>;

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
  if (write) for (const object of missing) await createObject(netbox, object, support);
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

async function createObject(netbox: Netbox, object: SupportObject, support: Support): Promise<void> {
  const body = Object.entries(object.body).map(([field, value]) => [field, manufacturerId(value, support) ?? value]);
  const row = await netbox.create(object.path, { slug: object.slug, ...Object.fromEntries(body) });
  support.ids.set(`${object.path}/${object.slug}`, row.id);
  support.created++;
}

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
  for (const field of customFields) {
    const found = existing === 'unreadable' ? 'assumed' : existing.get(field.name);
    if (found !== 'assumed' && found?.type !== undefined && found.type !== field.type) {
      support.findings.push(wrongType(field, found.type));
      continue;
    }
    const missingTypes = found === 'assumed' ? [] : field.objectTypes.filter(type => !found?.objectTypes.includes(type));
    if (missingTypes.length > 0) {
      if (!write) support.complete = false;
      else if (!(await writeField(netbox, field, found === 'assumed' ? undefined : found, support))) continue;
    }
    for (const type of field.objectTypes) support.customFields[scopes[type]].add(field.name);
  }
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

/** Object types are a union: what an operator added stays. */
async function writeField(
  netbox: Netbox,
  field: CustomField,
  found: ExistingField | undefined,
  support: Support,
): Promise<boolean> {
  try {
    if (found) {
      const objectTypes = [...new Set([...found.objectTypes, ...field.objectTypes])];
      await netbox.update('extras/custom-fields', found.id, { object_types: objectTypes });
      support.patched++;
    } else {
      await netbox.create('extras/custom-fields', {
        name: field.name,
        label: field.label,
        type: field.type,
        object_types: field.objectTypes,
        group_name: 'Proxmox',
        filter_logic: 'exact',
        ui_editable: 'hidden',
      });
      support.created++;
    }
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
