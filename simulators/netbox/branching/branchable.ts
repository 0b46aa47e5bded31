import type { ObjectType } from '../model/object-type';

const CHANGE_LOG = 'core.objectchange';

/** Models whose rows stand in main only, although NetBox keeps a change log of them (netbox-branching 1.2.2, EXEMPT_MODELS). */
const EXEMPT = new Set([
  'extras.customfield',
  'extras.customfieldchoiceset',
  'extras.customlink',
  'extras.eventrule',
  'extras.savedfilter',
  'extras.webhook',
]);

/** Whether a branch has its own rows of a model. */
export function isBranchable(type: ObjectType): boolean {
  return type.changeLogged !== false && !EXEMPT.has(type.key) && !/^(core|netbox_branching)\./.test(type.key);
}

/** The models of which a branch has its own rows; its change log begins empty. */
export function ownTables(types: readonly ObjectType[]): { own: (key: string) => boolean; empty: string } {
  const keys = new Set([CHANGE_LOG, ...types.filter(isBranchable).map(type => type.key)]);
  return { own: key => keys.has(key), empty: CHANGE_LOG };
}
