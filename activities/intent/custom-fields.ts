import { NetBoxPermissionError, NetBoxValidationError } from '../../clients/netbox/errors';
import type { NetBoxObject } from '../../clients/netbox/object';
import { intentCustomFields, type IntentCustomField } from '../../domain/intent/custom-fields';
import { choiceIn, textIn } from '../../domain/reflection/kind';
import type { IntentDeps } from './deps';

type Needs = Pick<IntentDeps, 'branching' | 'netbox' | 'store' | 'settings'>;

export interface EnsuredFields {
  created: string[];
  patched: string[];
  /** What NetBox refused, with its words. */
  refused: { name: string; message: string }[];
}

const path = 'extras/custom-fields';
const setPath = 'extras/custom-field-choice-sets';

/**
 * The custom fields that intent reads and writes: made where they are missing, put right where they differ in what we define. Those of branches come
 * as soon as NetBox has the branching plugin. A second call writes nothing.
 */
export async function ensureIntentFields({ branching, netbox, store, settings }: Needs): Promise<EnsuredFields> {
  return store.withLock('netbox intent fields', async () => {
    const { intent_watch_change_log: changeLog } = await settings.ofInstallation();
    const fields = intentCustomFields({ branching: await branching.isInstalled(), changeLog });
    const names = new Set(fields.map(({ name }) => name));
    const result: EnsuredFields = { created: [], patched: [], refused: [] };
    const existing = new Map<string, NetBoxObject>();
    for (const row of await netbox.listAll(path, {
      filters: { name: [...names] },
      expect: row => names.has(textIn(row['name'])),
    })) {
      existing.set(textIn(row['name']), row);
    }
    for (const field of fields) {
      try {
        await ensureField(netbox, field, existing.get(field.name), result);
      } catch (error) {
        if (!(error instanceof NetBoxPermissionError) && !(error instanceof NetBoxValidationError)) throw error;
        result.refused.push({ name: field.name, message: error.message });
      }
    }
    return result;
  });
}

async function ensureField(
  netbox: Needs['netbox'],
  field: IntentCustomField,
  found: NetBoxObject | undefined,
  result: EnsuredFields,
): Promise<void> {
  if (!found) {
    const choices = field.choices && { choice_set: await choiceSet(netbox, field.choices) };
    await netbox.create(path, {
      ...bodyOf(field),
      type: field.type,
      object_types: field.objectTypes,
      group_name: 'Proxmox',
      ...choices,
    });
    result.created.push(field.name);
    return;
  }
  const type = choiceIn(found['type']);
  if (type !== field.type) {
    const message = `NetBox has a custom field ${field.name} of type ${String(type)}; ours is ${field.type}. Rename it to have ours made.`;
    result.refused.push({ name: field.name, message });
    return;
  }
  const objectTypes: unknown[] = Array.isArray(found['object_types']) ? found['object_types'] : [];
  const missing = field.objectTypes.filter(each => !objectTypes.includes(each));
  const differing = Object.entries(bodyOf(field)).filter(([key, value]) => !isSame(found[key], value) && !keptByPeople.has(key));
  if (field.choices) await choiceSet(netbox, field.choices);
  if (missing.length === 0 && differing.length === 0) return;
  const types = missing.length > 0 ? { object_types: [...objectTypes, ...missing] } : {};
  await netbox.update(path, found.id, { ...Object.fromEntries(differing), ...types });
  result.patched.push(field.name);
}

const bodyOf = ({ name, label, description, uiVisible, uiEditable, filterLogic }: IntentCustomField) => ({
  name,
  label,
  description,
  ui_visible: uiVisible,
  ui_editable: uiEditable,
  filter_logic: filterLogic,
});

/** Fields that reflection makes as well keep the words that they have. */
const keptByPeople = new Set(['label', 'description']);

const isSame = (shown: unknown, wanted: unknown): boolean => choiceIn(shown) === wanted || shown === wanted;

/** The id of the choice set, which has at least our choices. */
async function choiceSet(netbox: Needs['netbox'], { set, values }: NonNullable<IntentCustomField['choices']>): Promise<number> {
  const [found] = await netbox.listAll(setPath, { filters: { name: set }, expect: row => row['name'] === set });
  const wanted = values.map(([value, label]) => [value, label]);
  if (!found) return (await netbox.create(setPath, { name: set, extra_choices: wanted })).id;
  const shown: unknown[] = Array.isArray(found['extra_choices']) ? found['extra_choices'] : [];
  const known = new Set(shown.map(choice => (Array.isArray(choice) ? String(choice[0]) : String(choice))));
  const missing = wanted.filter(([value = '']) => !known.has(value));
  if (missing.length > 0) await netbox.update(setPath, found.id, { extra_choices: [...shown, ...missing] });
  return found.id;
}
