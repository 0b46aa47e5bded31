import { textOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { contentTypeId } from '../content-type-ids';
import type { ObjectType } from '../object-type';

const KEY = 'core.objecttype';

/** `core/object-types`: the models under the ids that stand for them in change log data. */
export const objectTypeModel: ObjectType = {
  key: KEY,
  endpoint: 'core/object-types',
  className: 'ObjectType',
  label: 'object type',
  readOnly: true,
  changeLogged: false,
  isPlain: true,
  fields: [
    build.text('app_label', 100),
    build.text('model', 100),
    build.text('model_name', 100),
    build.fixed('public', true),
    build.text('rest_api_endpoint', 200),
  ],
  brief: ['id', 'url', 'display', 'app_label', 'model'],
  display: row => `${textOf(row, 'app_label')} > ${textOf(row, 'model_name')}`,
  sortKey: row => [textOf(row, 'app_label'), textOf(row, 'model')],
};

/** Puts every model of a world into its list of models. */
export function listModels(world: World): void {
  for (const { key, label, endpoint } of world.types) {
    const [app_label = '', model = ''] = key.split('.');
    const now = world.now();
    world.put(KEY, {
      id: contentTypeId(key),
      created: now,
      lastUpdated: now,
      values: { app_label, model, model_name: label, rest_api_endpoint: `/api/${endpoint}/` },
      tags: [],
      customFields: {},
    });
  }
}
