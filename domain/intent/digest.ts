import { canonicalJson, type Json } from '../json';
import type { GuestPlan } from './plan/guest-plan';

/**
 * What the digest of a plan is over: what a person saw and what would be sent, for each guest, and the live configuration that it was planned
 * for. Planned again in an unchanged world it is the same. Texts for people are left out, so that a better sentence makes no other plan; so are
 * drift, which is not applied, and what is made up anew for each plan: the birth mark, and the name that a document is stored under. The guests' order says nothing.
 */
export function digestedPlan(plans: readonly GuestPlan[]): Json {
  const byId = [...plans].sort((a, b) => (a.guest.netboxId ?? 0) - (b.guest.netboxId ?? 0) || (a.vmid ?? 0) - (b.vmid ?? 0));
  return byId.map(plan => ({
    op: plan.op,
    guest: { ...plan.guest },
    vmid: plan.vmid,
    node: plan.node,
    fields: plan.fields.map(field => ({ ...field })),
    refusals: plan.refusals.map(({ code, field }) => ({ code, field })),
    calls: plan.calls.map(call => ({
      ...call,
      params: Object.fromEntries(
        Object.entries(call.params).map(([key, param]) => [
          key,
          typeof param === 'object' ? { ...param } : unmarked(param, plan),
        ]),
      ),
    })),
    files: plan.files.map(({ volume, field }) => ({ volume, field })),
    offlineKeys: plan.offlineKeys,
    configDigest: plan.plannedFor?.configDigest ?? null,
  }));
}

const unmarked = (param: string | number, { birthMark }: GuestPlan): string | number =>
  typeof param === 'string' && birthMark !== null ? param.replaceAll(birthMark, '') : param;

/** @param sha256 of a text, in hex. */
export const planDigest = (plans: readonly GuestPlan[], sha256: (text: string) => string): string =>
  sha256(canonicalJson(digestedPlan(plans)));
