/**
 * Why Proxmox VE failed, read from its English texts: the status of nearly everything is 500. The same texts end tasks
 * (`exitstatus`), there with a prefix such as `unable to create VM 100 - `. Proxmox VE 9.2, measured.
 */
export type FailureReason = (typeof FAILURE_TEXTS)[number]['reason'];

/** Order matters: the first match wins. */
const FAILURE_TEXTS = [
  { reason: 'permission', text: /Permission check failed/ },
  { reason: 'no-quorum', text: /no quorum[?!]|unable to open file '\/etc\/pve\/[^']*' - Permission denied/ },
  {
    reason: 'id-taken',
    text: /(VM|CT) \d+ already exists on node|config file already exists|close \(rename\) atomic file .* File exists/,
  },
  {
    reason: 'guest-missing',
    text: /Configuration file 'nodes\/[^']*' does not exist|unable to find configuration file for (VM|CT) \d+/,
  },
  { reason: 'snapshot-missing', text: /snapshot '[^']*' does not exist/ },
  { reason: 'pool-missing', text: /pool '[^']*' does not exist/ },
  { reason: 'storage-missing', text: /storage '[^']*' does not exist/ },
  { reason: 'resource-missing', text: /resource '[^']*' does not exist in cluster|no such resource/ },
  { reason: 'locked', text: /(?:VM|CT) is locked \(([\w-]+)\)/ },
  { reason: 'lock-busy', text: /can't lock file '[^']*' - got timeout|cfs-lock '[^']*' error: got lock request timeout/ },
  { reason: 'digest-mismatch', text: /checksum mismatch \(file change|detected modified configuration/ },
  { reason: 'protected', text: /protection mode enabled/ },
  { reason: 'must-be-stopped', text: /is running - destroy failed|container is running/ },
  { reason: 'used-by-ha', text: /used in HA resources/ },
  { reason: 'replicated', text: /There is a replication job/ },
  { reason: 'linked-clones', text: /still in use by linked clone/ },
  { reason: 'unknown-node', text: /no such cluster node|hostname lookup '[^']*' failed/ },
  { reason: 'already-running', text: /(VM|CT) \d+ already running/ },
  { reason: 'agent-not-configured', text: /No QEMU guest agent configured/ },
  { reason: 'agent-not-running', text: /QEMU guest agent is not running/ },
  { reason: 'agent-failed', text: /qmp command 'guest-[^']*' failed|Agent error:/ },
  { reason: 'not-running', text: /(VM|CT) \d+ (is )?not running/ },
  { reason: 'root-only', text: /only root can|only allowed for root@pam/i },
  { reason: 'shrink', text: /shrinking disks is not supported|unable to shrink disk size/ },
  { reason: 'same-size', text: /disk is already at specified size/ },
  { reason: 'already-pool-member', text: /is already a pool member/ },
  { reason: 'ha-groups-migrated', text: /ha groups have been migrated to rules/ },
  { reason: 'nothing-to-do', text: /no options specified/ },
  { reason: 'interrupted', text: /received interrupt/ },
] as const;

/** The reason in a text of Proxmox; `null` when the text is not known. */
export function failureReason(text: string): FailureReason | null {
  return FAILURE_TEXTS.find(entry => entry.text.test(text))?.reason ?? null;
}

/** `backup` of `VM is locked (backup)`. */
export function lockNamed(text: string): string | null {
  return /is locked \(([\w-]+)\)/.exec(text)?.[1] ?? null;
}

/** The parts of `Permission check failed (/vms/100, VM.Audit|VM.Monitor)` and `… (/, Sys.Modify for modifying tag 'x')`. */
export function permissionNamed(text: string): { path: string | null; privileges: string[]; tag: string | null } {
  const match = /Permission check failed \((\/[^,]*), ([\w.|]+)(?: for modifying tag '([^']*)')?/.exec(text);
  return { path: match?.[1] ?? null, privileges: match?.[2]?.split('|') ?? [], tag: match?.[3] ?? null };
}
