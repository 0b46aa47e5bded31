import type { Json, JsonObject } from '../json';
import type { Field } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { idOf, idsOf, numberOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import { CustomFieldDefinitions } from './custom-field-definitions';
import { showCustomFields } from './custom-field-values';

/** Which fields an answer shows. */
export interface Selection {
  readonly fields?: ReadonlySet<string>;
  readonly omit?: ReadonlySet<string>;
  /** Lists draw some custom fields otherwise than single objects do. */
  readonly inList?: boolean;
}

const HEAD = ['id', 'url', 'display_url', 'display'];
const TAG_FORM: Selection = { fields: new Set(['id', 'url', 'display_url', 'display', 'name', 'slug', 'color']) };

interface Plan {
  readonly head: ReadonlySet<string>;
  readonly fields: readonly Field[];
  /** Counts that nested forms show as zero. */
  readonly zeros: readonly string[];
  readonly inList: boolean;
}

/**
 * Draws rows as the API shows them, for one request: nested forms are kept, so that a list of a thousand VMs draws
 * their cluster once.
 */
export class Reader {
  readonly definitions: CustomFieldDefinitions;
  private readonly nestedForms = new Map<Row, JsonObject>();
  private readonly plans = new Map<Selection, Map<ObjectType, Plan>>();
  private readonly briefs = new Map<ObjectType, Selection>();

  constructor(
    readonly world: World,
    readonly version: NetBoxVersion,
    /** Scheme and host of the answer's addresses, for example `http://127.0.0.1:8000`. */
    readonly base: string,
  ) {
    this.definitions = new CustomFieldDefinitions(world);
  }

  url(type: ObjectType, id: number): string {
    return `${this.base}/api/${type.endpoint}/${id}/`;
  }

  pageUrl(type: ObjectType, id: number): string {
    return `${this.base}/${type.pagePath ?? type.endpoint}/${id}/`;
  }

  /** An object as its own endpoint shows it. */
  show(type: ObjectType, row: Row, selection: Selection = {}): JsonObject {
    return this.draw(type, row, this.plan(type, selection, false));
  }

  /** The brief form inside another object; null when there is no such object. */
  nested(key: string, id: number | null): JsonObject | null {
    const row = this.world.get(key, id);
    if (!row) return null;
    let form = this.nestedForms.get(row);
    if (!form) {
      const type = this.world.type(key);
      form = this.draw(type, row, this.plan(type, this.briefOf(type), true));
      this.nestedForms.set(row, form);
    }
    return form;
  }

  /** A nested form with a choice of its own of fields. */
  nestedWith(key: string, id: number | null, selection: Selection): JsonObject | null {
    const row = this.world.get(key, id);
    const type = this.world.type(key);
    return row ? this.draw(type, row, this.plan(type, selection, true)) : null;
  }

  private draw(type: ObjectType, row: Row, plan: Plan): JsonObject {
    const shown: JsonObject = {};
    if (plan.head.has('id')) shown['id'] = row.id;
    if (plan.head.has('url')) shown['url'] = this.url(type, row.id);
    if (plan.head.has('display_url')) shown['display_url'] = this.pageUrl(type, row.id);
    if (plan.head.has('display')) shown['display'] = type.display(row, this.world);
    for (const field of plan.fields) shown[field.name] = this.value(type, field, row, plan.inList);
    for (const name of plan.zeros) shown[name] = 0;
    return shown;
  }

  /** What is drawn for a selection; worked out once per request. */
  private plan(type: ObjectType, selection: Selection, nested: boolean): Plan {
    const known = this.plans.get(selection)?.get(type);
    if (known) return known;
    const wanted = (name: string): boolean => (selection.fields?.has(name) ?? true) && !selection.omit?.has(name);
    const fields = type.fields.filter(
      field => wanted(field.name) && (field.since ?? 0) <= this.version.minor && !(field.kind === 'text' && field.writeOnly),
    );
    const how = (field: Field): string => (nested && field.kind === 'computed' ? (field.nested ?? 'same') : 'same');
    const plan: Plan = {
      head: new Set(HEAD.filter(name => wanted(name) && !(type.isPlain && name === 'display_url'))),
      fields: fields.filter(field => how(field) === 'same'),
      zeros: fields.filter(field => how(field) === 'zero').map(field => field.name),
      inList: selection.inList === true,
    };
    const plans = this.plans.get(selection) ?? new Map<ObjectType, Plan>();
    this.plans.set(selection, plans.set(type, plan));
    return plan;
  }

  private briefOf(type: ObjectType): Selection {
    const known = this.briefs.get(type);
    if (known) return known;
    const brief = { fields: new Set(type.brief) };
    this.briefs.set(type, brief);
    return brief;
  }

  private value(type: ObjectType, field: Field, row: Row, inList: boolean): Json {
    const { name } = field;
    switch (field.kind) {
      case 'computed':
        return field.get(row, this);
      case 'fixed':
        return field.value;
      case 'tags':
        return this.tags(row);
      case 'customFields':
        return showCustomFields(this, type, row, inList);
      case 'created':
        return row.created;
      case 'lastUpdated':
        return row.lastUpdated;
      case 'reference':
        return field.show ? field.show(row, this) : field.bare ? idOf(row, name) : this.nested(field.to, idOf(row, name));
      case 'references':
        return this.world
          .table(field.to)
          .inOrder(idsOf(row, name))
          .flatMap((other): Json[] => (field.bare ? [other.id] : (single(this.nested(field.to, other.id)) ?? [])));
      case 'choice':
        return choiceForm(field.choices, valueOf(row, name), field.bare === true);
      case 'decimal':
        return numberOf(row, name);
      case 'contentType':
        return textOf(row, name) || null;
      default:
        return valueOf(row, name);
    }
  }

  private tags(row: Row): Json[] {
    return [...row.tags]
      .map(id => this.world.get('extras.tag', id))
      .filter(tag => tag !== undefined)
      .sort(
        (a, b) => (numberOf(a, 'weight') ?? 0) - (numberOf(b, 'weight') ?? 0) || (textOf(a, 'name') < textOf(b, 'name') ? -1 : 1),
      )
      .map(tag => this.draw(this.world.type('extras.tag'), tag, this.plan(this.world.type('extras.tag'), TAG_FORM, true)));
  }
}

function single(form: JsonObject | null): Json[] | undefined {
  return form ? [form] : undefined;
}

function choiceForm(choices: readonly (readonly [string | number, string])[], value: Json, bare: boolean): Json {
  if (value === null || value === '') return bare ? value : null;
  if (bare) return value;
  return { value, label: choices.find(([known]) => known === value)?.[1] ?? '' };
}
