import { hasPrivilege, type Permissions } from '../proxmox/permissions';
import type { MissingPrivilege } from './probe';

interface Needed {
  /** Any of these is enough. */
  privileges: readonly string[];
  path: string;
  hides: string;
  required: boolean;
}

/** What reflection reads with. The names of 8 stand beside those of 9, which took `VM.Monitor` apart. */
const forReading: readonly Needed[] = [
  {
    privileges: ['Sys.Audit'],
    path: '/',
    hides: 'the status of the cluster and its nodes: no sync can run',
    required: true,
  },
  {
    privileges: ['VM.Audit'],
    path: '/vms',
    hides: 'guests: Proxmox leaves them out without saying so, so that nothing is concluded from the absence of one',
    required: true,
  },
  {
    privileges: ['VM.GuestAgent.Audit', 'VM.Monitor'],
    path: '/vms',
    hides: 'the addresses of VMs, which their guest agents tell',
    required: false,
  },
];

/** What changes of guests need. */
const forWriting: readonly Needed[] = [
  { privileges: ['VM.Audit'], path: '/vms', hides: 'guests, and so every change of one', required: true },
  ...(
    [
      ['VM.Config.CPU', 'changes of CPUs'],
      ['VM.Config.Memory', 'changes of memory'],
      ['VM.Config.Disk', 'growing and adding disks'],
      ['VM.Config.Network', 'changes of network interfaces'],
      ['VM.Config.Options', 'changes of name, description and tags'],
      ['VM.Config.Cloudinit', 'cloud-init settings'],
      ['VM.PowerMgmt', 'starting and stopping guests'],
      ['VM.Allocate', 'creating and destroying guests'],
    ] as const
  ).map(([privilege, hides]) => ({ privileges: [privilege], path: '/vms', hides, required: false })),
  { privileges: ['Datastore.AllocateSpace'], path: '/storage', hides: 'making and growing disks', required: false },
];

/** Every privilege that a credential lacks, by path. Below a path of the list single objects may still be allowed. */
export const missingPrivileges = (permissions: Permissions, credential: MissingPrivilege['credential']): MissingPrivilege[] =>
  (credential === 'read' ? forReading : forWriting)
    .filter(({ privileges, path }) => !privileges.some(privilege => hasPrivilege(permissions, path, privilege)))
    .map(({ privileges, path, hides, required }) => ({
      credential,
      path,
      privilege: privileges.join(' or '),
      hides,
      required,
    }));
