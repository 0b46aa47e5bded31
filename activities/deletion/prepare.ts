/** Opens a request: marks the guest, and keeps what is there for whoever decides. May be repeated. */
import {
  ProxmoxError,
  ProxmoxUnavailableError,
  ProxmoxNodeUnreachableError,
  ProxmoxUnknownOutcomeError,
} from '../../clients/proxmox/errors';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import { decisionDigest } from '../../domain/deletion/digest';
import { markedPending, PENDING_DELETION } from '../../domain/deletion/marks';
import { isFinal, type DeletionState } from '../../domain/deletion/states';
import type { Blocked } from '../../domain/deletion/blockers/blocker';
import { hasNoEvidence } from '../../domain/reflection/identity';
import type { JsonObject } from '../../domain/json';
import { redactText } from '../../domain/redaction';
import type { Attempt, DeletionDeps, DeletionReader, DeletionWriter } from './deps';
import { newestBackup, readable } from './facts';
import { changeTags } from './marks';
import { observe, type SeenGuest } from './observe';
import { auditEntry, endpointOf, guestLabel, moveBy, requestOf, sha256 } from './request';
import { reserveAddresses } from './reserve';
import { takeOver } from './unmark';

export async function prepare(deps: DeletionDeps, requestId: string, attempt: Attempt): Promise<DeletionState> {
  const request = await requestOf(deps, requestId);
  if (request.digest !== null || isFinal(request.state)) return request.state;
  await reserveAddresses(deps, request);
  const endpoint = await endpointOf(deps, request);
  const reader = await deps.openReading(endpoint);
  const writer = await deps.openWriting(endpoint);
  try {
    return await mark(deps, request, endpoint, reader, writer, attempt);
  } catch (error) {
    attempt.signal.throwIfAborted();
    if (!(error instanceof ProxmoxError) || isPassing(error)) throw error;
    return refuse(deps, request, {
      code: 'mark_refused',
      message: redactText(`The tag ${PENDING_DELETION} cannot be set: ${error.message}`),
    });
  } finally {
    await reader.close();
    await writer?.close();
  }
}

const isPassing = (error: ProxmoxError): boolean =>
  error instanceof ProxmoxUnavailableError ||
  error instanceof ProxmoxNodeUnreachableError ||
  error instanceof ProxmoxUnknownOutcomeError;

async function mark(
  deps: DeletionDeps,
  request: Deletion,
  endpoint: Endpoint,
  reader: DeletionReader,
  writer: DeletionWriter | undefined,
  { beat, signal }: Attempt,
): Promise<DeletionState> {
  if (writer === undefined) {
    return refuse(deps, request, {
      code: 'endpoint_writes_disabled',
      message: `The endpoint ${endpoint.name} has no write credential. Enter one.`,
    });
  }
  await takeOver(deps, request, { endpoint, reader, writer, signal });
  const first = await observe(deps, request, endpoint, reader, signal);
  if (first === null) return refuse(deps, request, gone(request));
  if (hasNoEvidence(first.about.evidence)) {
    return refuse(deps, request, {
      code: 'identity_unproven',
      message: `Nothing about guest ${request.vmid} tells it from another one with the same VMID, so it is not deleted by us.`,
    });
  }
  const auditSeq = await deps.audit.begin(auditEntry(request, 'deletion.mark', { tag: PENDING_DELETION }));
  beat('marking the guest');
  const read = async () => (await observe(deps, request, endpoint, reader, signal))?.live ?? null;
  try {
    await changeTags(writer, read, markedPending);
  } catch (error) {
    await deps.audit.complete(auditSeq, {
      result: 'failed',
      reason: error instanceof Error ? error.message : String(error),
    });
    throw error;
  }
  await deps.audit.complete(auditSeq, { result: 'succeeded' });
  const seen = await observe(deps, request, endpoint, reader, signal);
  if (seen === null) return refuse(deps, request, gone(request));
  beat('reading what is at stake');
  const snapshot = await snapshotOf(deps, request, seen, reader, signal);
  const digest = decisionDigest(seen.about, sha256);
  const { live, about, netbox } = seen;
  const netboxId = netbox['virtual-machine']?.[0] ?? null;
  await deps.store.savePrepared(request.id, { name: about.name, node: live.node, netboxId, about, snapshot, digest });
  await deps.store.tellDeletion({
    event: 'deletion-requested',
    about: `${request.id}/requested`,
    endpoint: { id: endpoint.id, name: endpoint.name },
    message: `Somebody wants ${guestLabel({ ...request, name: about.name })} deleted: ${request.reason}. Somebody else must decide until ${request.deadline.toISOString()}.`,
  });
  return (await requestOf(deps, request.id)).state;
}

const gone = ({ vmid, kind }: Deletion): Blocked => ({
  code: 'guest_gone',
  message: `There is no guest ${kind}/${vmid} that could be deleted.`,
});

async function refuse(deps: DeletionDeps, request: Deletion, { code, message }: Blocked): Promise<DeletionState> {
  return (await moveBy(deps, request, { type: 'unpreparable' }, { reasons: [{ code, message: redactText(message) }] })).state;
}

/** Everything else that somebody may want to know before they decide, and that is needed to make the guest anew. */
async function snapshotOf(
  deps: Pick<DeletionDeps, 'netbox' | 'store'>,
  request: Deletion,
  seen: SeenGuest,
  reader: DeletionReader,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { live, pool, netbox } = seen;
  const { vmid, kind, node } = live;
  const sid = `${kind === 'qemu' ? 'vm' : 'ct'}:${vmid}`;
  const [snapshots, resources, placement, replications, jobs, backup, acl, vm] = await Promise.all([
    readable(reader.snapshots({ node, kind, vmid }, { signal }), signal),
    readable(reader.haResources({ signal }), signal),
    readable(reader.haGroupsOrRules({ signal }), signal),
    readable(reader.replications({ signal }), signal),
    readable(reader.backupJobs({ signal }), signal),
    newestBackup(reader, live, signal),
    readable(reader.request('GET', '/access/acl', {}, { signal }), signal),
    netboxVm(deps, request, netbox['virtual-machine']?.[0]),
  ]);
  const rules = placement?.kind === 'rules' ? placement.rules.filter(rule => rule.resources.includes(sid)) : [];
  return plain({
    takenAt: new Date().toISOString(),
    status: live.status,
    node,
    pool,
    snapshots: snapshots?.snapshots.map(({ name, snaptime, description }) => ({ name, snaptime, description })) ?? null,
    ha: { resource: resources?.find(resource => resource.sid === sid) ?? null, rules },
    replications: replications?.filter(job => job.guest === vmid) ?? null,
    backupJobs:
      jobs?.filter(job => job.vmids.includes(vmid)).map(({ id, schedule, storage }) => ({ id, schedule, storage })) ?? null,
    backup,
    acl: Array.isArray(acl) ? acl.filter(row => JSON.stringify(row).includes(`"/vms/${vmid}"`)) : null,
    netbox: { vm, objects: netbox },
  });
}

/** As stored: without what JSON cannot say. */
const plain = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** As NetBox shows it; as it was where a merged delete took it. */
async function netboxVm(
  { netbox, store }: Pick<DeletionDeps, 'netbox' | 'store'>,
  request: Deletion,
  id: number | undefined,
): Promise<object | null> {
  const [lost] = await store.listLosses(request.id);
  if (lost !== undefined) return lost.original;
  if (id === undefined) return null;
  const [vm] = await netbox.listByIds('virtualization/virtual-machines', [id]).catch(() => []);
  return vm ?? null;
}
