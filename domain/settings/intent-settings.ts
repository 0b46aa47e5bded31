import { everywhere, installation } from './layers';
import type { SettingSpec } from './spec';

const intent = { group: 'NetBox to Proxmox', takesEffect: 'next-run' } as const;
const limit = { type: 'number', ...intent, min: 0, layers: everywhere } as const;

/** How changes in NetBox are planned and applied. Names that Proxbox has are Proxbox's. */
export const intentSettings = {
  embed_description_metadata: {
    type: 'flag',
    ...intent,
    default: false,
    layers: everywhere,
    description: 'Keep a block of NetBox ids in the description of a guest that is created or whose description is changed.',
  },
  intent_warn_plaintext_password: {
    type: 'flag',
    ...intent,
    default: true,
    layers: installation,
    description: 'Warn in a plan about cloud-init user data that hold a password for everybody to read.',
  },
  intent_tags: {
    type: 'choice',
    ...intent,
    choices: ['accepted-names', 'slugs', 'none'],
    default: 'accepted-names',
    layers: everywhere,
    description:
      'Which tags of a virtual machine its guest gets: those whose names Proxmox accepts, slugs in place of the others, or none.',
  },
  intent_storage: {
    type: 'text',
    ...intent,
    default: '',
    layers: everywhere,
    description: 'Storage of new disks that do not say where they go.',
  },
  intent_bridge: {
    type: 'text',
    ...intent,
    default: '',
    layers: everywhere,
    description: 'Bridge of new network cards that do not say what they are connected to.',
  },
  intent_pool: {
    type: 'text',
    ...intent,
    default: '',
    layers: everywhere,
    description: 'Pool that new guests join. A write credential that is fenced into a pool can create nowhere else.',
  },
  intent_snippets_storage: {
    type: 'text',
    ...intent,
    default: '',
    layers: everywhere,
    description:
      'Snippets storage that cloud-init documents are written to. Without one a guest gets user data only by the volume id of a file that is there.',
  },
  intent_snippets_directory: {
    type: 'text',
    ...intent,
    default: '',
    layers: everywhere,
    description:
      "The storage's folder for snippets as the worker sees it: a path below PROXBOX_SNIPPETS_DIR, under which it is mounted. Empty is that folder itself.",
  },
  intent_full_clone: {
    type: 'flag',
    ...intent,
    default: false,
    layers: everywhere,
    description: 'Copy templates completely, also where a linked clone would do.',
  },
  intent_vmid_from: {
    type: 'number',
    ...intent,
    unit: 'VMIDs',
    default: 100,
    min: 100,
    max: 999_999_999,
    layers: everywhere,
    description: 'The lowest VMID that a new guest gets.',
  },
  intent_vmid_to: {
    type: 'number',
    ...intent,
    unit: 'VMIDs',
    default: 999_999_999,
    min: 100,
    max: 999_999_999,
    layers: everywhere,
    description: 'The highest VMID that a new guest gets.',
  },
  intent_most_changes: {
    ...limit,
    unit: 'guests',
    default: 1_000,
    max: 100_000,
    description: 'A run that would change more guests of an endpoint changes none. 0 is no limit.',
  },
  intent_most_percent: {
    ...limit,
    unit: 'percent',
    default: 50,
    max: 100,
    description:
      "A run that would change a larger share of an endpoint's guests changes none; five are always allowed. 0 is no limit.",
  },
  intent_quota_guests: {
    ...limit,
    unit: 'guests',
    default: 0,
    max: 1_000_000,
    description: 'Most guests of an endpoint. 0 is no limit.',
  },
  intent_quota_vcpus: {
    ...limit,
    unit: 'CPUs',
    default: 0,
    max: 10_000_000,
    description: "Most CPUs of an endpoint's guests together. 0 is no limit.",
  },
  intent_quota_memory_mib: {
    ...limit,
    unit: 'MiB',
    default: 0,
    max: 1_000_000_000,
    description: "Most memory of an endpoint's guests together. 0 is no limit.",
  },
  intent_quota_disk_mib: {
    ...limit,
    unit: 'MiB',
    default: 0,
    max: 1_000_000_000,
    description: "Most room that disks of an endpoint's guests take together. 0 is no limit.",
  },
  intent_hold_days: {
    type: 'number',
    ...intent,
    unit: 'days',
    default: 14,
    min: 1,
    max: 3_650,
    layers: installation,
    description:
      'How long reflection leaves the fields of a change alone that was not made. After that it says so, and goes on as usual.',
  },
  intent_watch_seconds: {
    type: 'number',
    ...intent,
    unit: 'seconds',
    default: 30,
    min: 1,
    max: 3_600,
    layers: installation,
    description: 'How often NetBox is asked for merged branches, or for changes. Its own call about a branch makes it sooner.',
  },
  intent_watch_change_log: {
    type: 'flag',
    ...intent,
    default: false,
    layers: installation,
    description:
      "Apply what linked users with the permission change in NetBox's main, of virtual machines whose custom field apply_to_proxmox is true. For a NetBox without branches: where it has them, branches alone are applied.",
  },
  intent_change_log_ignored_users: {
    type: 'words',
    ...intent,
    default: [],
    layers: installation,
    description:
      'NetBox users whose changes in main are never applied, such as those of other tools. Our own is one of them in any case.',
  },
  proxmox_settle_seconds: {
    type: 'number',
    unit: 'seconds',
    takesEffect: 'next-run',
    group: 'Proxmox',
    default: 45,
    min: 1,
    max: 3_600,
    layers: everywhere,
    description: 'How long a guest must stand still before a write whose answer was lost counts as settled.',
  },
} as const satisfies Readonly<Record<string, SettingSpec>>;
