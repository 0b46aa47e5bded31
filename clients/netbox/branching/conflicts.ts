import type { BranchConflict } from '../errors';
import { isRecord } from '../field-errors';
import { choiceIn, numberIn, recordIn, textIn, textsIn } from './values';

/** The `conflicts` of NetBox's refusal to merge or sync (status 409). */
export function conflictsOf(list: readonly unknown[]): BranchConflict[] {
  return list.filter(isRecord).map(row => {
    const data = recordIn(row, 'conflicting_data') ?? {};
    return {
      objectType: textIn(row, 'object_type'),
      objectId: numberIn(row, 'object_id') ?? 0,
      objectName: textIn(row, 'object_repr'),
      action: choiceIn(row, 'action'),
      fields: textsIn(row, 'conflicts'),
      original: recordIn(data, 'original') ?? {},
      branch: recordIn(data, 'branch') ?? {},
      main: recordIn(data, 'main') ?? {},
    };
  });
}
