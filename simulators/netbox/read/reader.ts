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

const TAG_FIELDS = new Set(['id', 'url', 'display_url', 'display', 'name', 'slug', 'color']);

/**
 * Draws rows as the API shows them, for one request: nested forms are kept, so that a list of a thousand VMs draws
 * their cluster once.
 */
export class Reader {
  readonly definitions: CustomFieldDefinitions;
  private readonly nestedForms = new Map<string, JsonObject>();

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
    return this.draw(type, row, selection, false);
  }

  /** The brief form inside another object; null when there is no such object. */
  nested(key: string, id: number | null): JsonObject | null {
    const row = this.world.get(key, id);
    if (!row) return null;
    const cacheKey = `${key}:${row.id}`;
    let form = this.nestedForms.get(cacheKey);
    if (!form) {
      const type = this.world.type(key);
      form = this.draw(type, row, { fields: new Set(type.brief) }, true);
      this.nestedForms.set(cacheKey, form);
    }
    return form;
  }

  /** A nested form with a choice of its own of fields. */
  nestedWith(key: string, id: number | null, fields: ReadonlySet<string>): JsonObject | null {
    const row = this.world.get(key, id);
    return row ? this.draw(this.world.type(key), row, { fields }, true) : null;
  }

  private draw(type: ObjectType, row: Row, selection: Selection, nested: boolean): JsonObject {
    const shown: JsonObject = {};
    const wanted = (name: string): boolean => (selection.fields?.has(name) ?? true) && !selection.omit?.has(name);
    if (wanted('id')) shown['id'] = row.id;
    if (wanted('url')) shown['url'] = this.url(type, row.id);
    if (wanted('display_url')) shown['display_url'] = this.pageUrl(type, row.id);
    if (wanted('display')) shown['display'] = type.display(row, this.world);
    for (const field of type.fields) {
      if (!wanted(field.name) || (field.since ?? 0) > this.version.minor) continue;
      if (nested && field.kind === 'computed' && field.nested === 'absent') continue;
      shown[field.name] =
        nested && field.kind === 'computed' && field.nested === 'zero'
          ? 0
          : this.value(type, field, row, selection.inList === true);
    }
    return shown;
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
      .map(tag => this.draw(this.world.type('extras.tag'), tag, { fields: TAG_FIELDS }, true));
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
