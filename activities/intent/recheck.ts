import { ProxmoxNodeUnreachableError } from '../../clients/proxmox/errors';
import { hasMark, recheckBirth, type Holder } from '../../domain/intent/recheck-birth';
import { changedKeys, recheckUpdate, type Found } from '../../domain/intent/recheck';
import type { CallWork } from './call-work';
import { findLive, findLiveAt, placeOf, readLive, type FoundGuest } from './live';

export type CallCheck =
  /** Nothing that matters has changed since it was planned, or since our own last write. */
  | { is: 'proceed'; digest: string | null }
  /** The new guest exists: an earlier attempt made it. */
  | { is: 'there' }
  | { is: 'refused'; reason: string; message: string };

/** With a read of just now, in the same attempt that writes. */
export async function recheckCall(work: CallWork): Promise<CallCheck> {
  if (work.id.seq > 0) return recheckFollowing(work);
  return work.plan.op === 'create' ? recheckFirstOfBirth(work) : recheckFirstOfUpdate(work);
}

async function recheckFirstOfUpdate(work: CallWork): Promise<CallCheck> {
  const { plan, reader, signal } = work;
  const seen = plan.vmid === null ? undefined : await findLiveAt(reader, placeOf(plan, plan.vmid), signal).catch(whenAway(work));
  if (seen === 'away') {
    const message = `Guest ${plan.vmid} is on the node ${plan.node ?? ''}, which is not online. Apply again when it is.`;
    return { is: 'refused', reason: 'node_offline', message };
  }
  const answer = recheckUpdate(plan, foundAs(seen, plan.guest.kind));
  return answer.proceed
    ? { is: 'proceed', digest: answer.configDigest }
    : { is: 'refused', reason: answer.code, message: answer.message };
}

/** A node that the cluster itself does not reach is not waited for. */
const whenAway =
  ({ plan, reader, signal }: CallWork) =>
  async (error: unknown): Promise<'away'> => {
    if (!(error instanceof ProxmoxNodeUnreachableError)) throw error;
    const nodes = await reader.nodes({ signal });
    if (nodes.some(({ node, status }) => node === plan.node && status !== 'online')) return 'away';
    throw error;
  };

function foundAs(seen: FoundGuest | undefined, kind: string): Found {
  if (!seen) return { is: 'gone' };
  return seen.live && seen.row.kind === kind ? { is: 'here', live: seen.live } : { is: 'elsewhere', node: seen.row.node };
}

async function recheckFirstOfBirth(work: CallWork): Promise<CallCheck> {
  const { plan, reader, signal, change } = work;
  const [holder, nodes, templateDigest] = await Promise.all([holderOf(work), reader.nodes({ signal }), templateNow(work)]);
  const isOnline = nodes.some(node => node.node === plan.node && node.status === 'online');
  const answer = recheckBirth(plan, holder, isOnline, { plannedDigest: change.templateDigest, nowDigest: templateDigest });
  if (answer.is === 'refused') return { is: 'refused', reason: answer.code, message: answer.message };
  return answer.is === 'adopt' ? { is: 'there' } : { is: 'proceed', digest: null };
}

export async function holderOf({ plan, reader, signal }: CallWork): Promise<Holder> {
  const seen = plan.vmid === null ? undefined : await findLive(reader, plan.vmid, signal);
  if (!seen) return { is: 'nobody' };
  return seen.live ? { is: 'guest', live: seen.live } : { is: 'unreadable', node: seen.row.node };
}

/** Null where the guest comes from no template. */
async function templateNow({ change, reader, signal }: CallWork): Promise<string | null> {
  const vmid = change.change.op === 'create' ? change.change.vm.proxmox_template_vmid : null;
  if (vmid === null) return null;
  const seen = await findLive(reader, vmid, signal);
  return seen?.live?.config.configDigest ?? null;
}

/** Between our own calls nobody else has written: the configuration is as we left it. */
async function recheckFollowing(work: CallWork): Promise<CallCheck> {
  const { plan, reader, signal } = work;
  const left = (await work.before())?.leftDigest ?? null;
  if (plan.vmid === null || plan.node === null)
    return { is: 'refused', reason: 'toctou_mismatch', message: 'The guest has no place.' };
  const live = await readLive(reader, { node: plan.node, kind: plan.guest.kind, vmid: plan.vmid }, signal);
  const { configDigest, lock } = live.config;
  if (plan.birthMark !== null && !hasMark(live, plan.birthMark)) {
    return { is: 'refused', reason: 'vmid_taken', message: `VMID ${plan.vmid} belongs to another guest by now.` };
  }
  if (lock !== null) return { is: 'refused', reason: 'guest_locked', message: `Guest ${plan.vmid} is locked (${lock}).` };
  if (left !== null && configDigest === left) return { is: 'proceed', digest: configDigest };
  const keys = changedKeys(plan.plannedFor?.config ?? {}, live.config.raw).join(', ');
  return {
    is: 'refused',
    reason: 'toctou_mismatch',
    message: `Guest ${plan.vmid} was changed by somebody between two of our calls (it now differs from the plan in ${keys || 'what is pending'}). Plan again.`,
  };
}
