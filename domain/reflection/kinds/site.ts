import { textIn, type DesireContext, type Kind } from '../kind';
import { ref, type Value } from '../values';

/** The default site of an endpoint that names none. */
export const site: Kind = {
  name: 'site',
  path: 'dcim/sites',
  dependsOn: [],
  shared: true,
  read: { by: 'value', param: 'slug', field: 'slug' },
  columns: ['name', 'slug'],
  rules: { name: { createOnly: true }, slug: { createOnly: true }, status: { createOnly: true } },
  natural: ['slug'],
  desire({ site: choice }) {
    if (!('create' in choice)) return [];
    const { name, slug } = choice.create;
    return [{ key: slug, label: name, values: { name, slug, status: 'active' } }];
  },
  values: row => ({ name: textIn(row['name']), slug: textIn(row['slug']) }),
};

export const siteOf = ({ site: choice }: DesireContext): Value =>
  'create' in choice ? ref('site', choice.create.slug) : choice.id;
