import type { Ensured, NetBoxHooks } from '../../clients/netbox/hooks';

const description = 'Made by Proxbox: it tells of merged and reverted branches. Corrected when it is changed.';

export interface NetBoxHookDeps {
  /** How both objects are called in NetBox; two installations at one NetBox need two names. */
  name?: string;
  hooks: NetBoxHooks;
  branching: { isInstalled(): Promise<boolean> };
  /** Where NetBox reaches us: the whole URL of the route that takes its calls. */
  hookUrl: string;
  /** Whether NetBox checks our certificate. */
  verifyTls: boolean;
  /** Signs the calls. It stands in NetBox, where whoever may view webhooks can read it: it proves nothing but that NetBox called. */
  secret(): Promise<string>;
}

/** What the installation came to. */
export type NetBoxHook =
  | { readonly kind: 'installed'; readonly webhook: Ensured; readonly rule: Ensured }
  /** This NetBox has no branches, so there are no events of them. */
  | { readonly kind: 'no-branching' };

/**
 * Makes NetBox tell us of merged and reverted branches, or corrects what was changed; to call it again changes nothing. The rule is for
 * branches alone: a rule on virtual machines would queue a delivery for each object that a sync writes, and NetBox delivers about 1.5 in
 * a second (4.7.3, measured). A call is a hint and no more: NetBox sends each once, and what is lost is found by reading branch events.
 */
export async function installNetBoxHook(deps: NetBoxHookDeps): Promise<NetBoxHook> {
  const { name = 'Proxbox', hooks, branching, hookUrl, verifyTls, secret } = deps;
  if (!(await branching.isInstalled())) return { kind: 'no-branching' };
  const webhook = await hooks.ensureWebhook({
    name: `${name}: branches`,
    description,
    payloadUrl: hookUrl,
    secret: await secret(),
    verifyTls,
  });
  const rule = await hooks.ensureEventRule({
    name: `${name}: branch merged or reverted`,
    description,
    objectTypes: ['netbox_branching.branch'],
    eventTypes: ['branch_merged', 'branch_reverted'],
    webhookId: webhook.id,
  });
  return { kind: 'installed', webhook, rule };
}
