import type { Json } from '../json';
import { idOf, numberOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import { naturalKey } from '../store/natural-sort';

/** One custom field, in a form that is quick to use. */
export interface CustomFieldDefinition {
  readonly row: Row;
  readonly name: string;
  readonly type: string;
  readonly default: Json;
  readonly required: boolean;
  readonly unique: boolean;
  readonly filterLogic: string;
  /** Content type of an object field's targets; empty otherwise. */
  readonly related: string;
  /** Values and labels of a selection field. */
  readonly choices: ReadonlyMap<string, string>;
  readonly choiceSetName: string;
}

/** The custom fields of each model, read once per request. */
export class CustomFieldDefinitions {
  private readonly byType = new Map<string, readonly CustomFieldDefinition[]>();

  constructor(private readonly world: World) {}

  /** The fields of a model in NetBox's order: group, weight, name. */
  of(contentType: string): readonly CustomFieldDefinition[] {
    let known = this.byType.get(contentType);
    if (!known) {
      known = this.read(contentType);
      this.byType.set(contentType, known);
    }
    return known;
  }

  private read(contentType: string): CustomFieldDefinition[] {
    const rows = [...this.world.table('extras.customfield').rows()].filter(row => {
      const types = valueOf(row, 'object_types');
      return Array.isArray(types) && types.includes(contentType);
    });
    return rows.sort(byGroupWeightName).map(row => this.definition(row));
  }

  private definition(row: Row): CustomFieldDefinition {
    const set = this.world.get('extras.customfieldchoiceset', idOf(row, 'choice_set'));
    return {
      row,
      name: textOf(row, 'name'),
      type: textOf(row, 'type'),
      default: valueOf(row, 'default'),
      required: valueOf(row, 'required') === true,
      unique: valueOf(row, 'unique') === true,
      filterLogic: textOf(row, 'filter_logic'),
      related: textOf(row, 'related_object_type'),
      choices: set ? choicesOf(set) : new Map(),
      choiceSetName: set ? textOf(set, 'name') : '',
    };
  }
}

function choicesOf(set: Row): Map<string, string> {
  const pairs = valueOf(set, 'extra_choices');
  const choices = new Map<string, string>();
  if (!Array.isArray(pairs)) return choices;
  for (const pair of pairs) {
    if (Array.isArray(pair)) choices.set(String(pair[0]), String(pair[1]));
  }
  return choices;
}

function byGroupWeightName(a: Row, b: Row): number {
  const group = naturalKey(textOf(a, 'group_name')) < naturalKey(textOf(b, 'group_name')) ? -1 : 1;
  if (textOf(a, 'group_name') !== textOf(b, 'group_name')) return group;
  const weight = (numberOf(a, 'weight') ?? 0) - (numberOf(b, 'weight') ?? 0);
  return weight || (naturalKey(textOf(a, 'name')) < naturalKey(textOf(b, 'name')) ? -1 : 1);
}
