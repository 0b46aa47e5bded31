import type { Problems } from '../errors';
import type { Draft, ObjectType } from '../model/object-type';
import type { WriteContext } from './context';

/** Generic relations need both halves, and an object that exists. */
export function checkGenericRelations(context: WriteContext, type: ObjectType, draft: Draft, problems: Problems): void {
  for (const field of type.fields) {
    if (field.kind !== 'contentType' || field.idField === undefined) continue;
    const contentType = draft.values[field.name];
    const id = draft.values[field.idField];
    const hasType = typeof contentType === 'string' && contentType !== '';
    if (!hasType && typeof id !== 'number') continue;
    if (!hasType) problems.add(field.name, 'This field cannot be null.');
    else if (typeof id !== 'number') {
      if (field.name === 'scope_type') problems.add('__all__', `Please select a ${contentType.split('.')[1]}.`);
      else problems.add(field.idField, 'This field cannot be null.');
    } else if (context.world.hasType(contentType) && !context.world.get(contentType, id)) {
      if (field.required)
        problems.add('__all__', `Invalid ${field.name.replace(/_type$/, '')}: ${labelOf(context, contentType)} ID ${id}`);
      else problems.add(field.idField, `Related object not found using the provided value: ${id}.`);
    }
  }
}

function labelOf(context: WriteContext, contentType: string): string {
  const app = contentType.split('.')[0] ?? '';
  const words = context.world.type(contentType).label.replace(/\b[a-z]/g, letter => letter.toUpperCase());
  return `${app.charAt(0).toUpperCase()}${app.slice(1)} > ${words}`;
}
