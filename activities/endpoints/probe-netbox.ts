import { NetBoxNotFoundError } from '../../clients/netbox/errors';
import { netboxNeeds, type NetBoxNeed } from '../../domain/endpoints/netbox-permissions';
import type { MissingNetBoxPermission, NetBoxProbe } from '../../domain/endpoints/probe';
import type { ProbeDeps } from './deps';

/** Whether NetBox answers, and what its token may not do. Changes nothing. */
export async function probeNetBox(deps: Pick<ProbeDeps, 'netbox' | 'explain'>): Promise<NetBoxProbe> {
  const found: NetBoxProbe = { problem: null, version: null, plugins: {}, missing: [] };
  try {
    const { versionText, plugins, capabilities } = await deps.netbox.open();
    Object.assign(found, { version: versionText, plugins: { ...plugins } });
    const checked = await Promise.all(netboxNeeds(capabilities).map(need => missingOf(deps, need)));
    return { ...found, missing: checked.flat() };
  } catch (error) {
    return { ...found, problem: deps.explain(error) };
  }
}

async function missingOf({ netbox }: Pick<ProbeDeps, 'netbox'>, need: NetBoxNeed): Promise<MissingNetBoxPermission[]> {
  const allowed = await netbox.allowedActions(need.path).catch((error: unknown) => {
    if (error instanceof NetBoxNotFoundError) return undefined;
    throw error;
  });
  const actions = need.actions.filter(action => allowed?.[action] === false);
  return actions.length === 0 ? [] : [{ objectType: need.objectType, actions, required: need.required }];
}
