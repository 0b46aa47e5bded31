import type { FinalState } from '../../../../domain/deletion/states';

/** What somebody does about a request that waits for them. */
export type Act = 'approve' | 'reject' | 'cancel';

/** A way that a request goes, from whoever wants a guest deleted to its end. */
export interface Way {
  /** Unique. */
  title: string;
  kind: 'qemu' | 'lxc';
  /** Whether its virtual machine is deleted in a branch that is merged; else the API is asked, which keeps it. */
  isMerged: boolean;
  /** Whether a backup is made of the guest once its deletion is approved, and the guest is then held for two days. */
  isPutOff: boolean;
  /** First, and, of a guest that is held, then; nothing then lets the time pass. */
  acts: readonly [Act, Act?];
  end: FinalState;
  /** Whether an activity is tried: what is the same in a way before this one is not. */
  tries(activity: string): boolean;
}

const asked = { kind: 'qemu', isMerged: false, isPutOff: false } as const;
const careful = { kind: 'lxc', isMerged: false, isPutOff: true } as const;
const merged = { kind: 'qemu', isMerged: true, isPutOff: false } as const;

const among =
  (...names: string[]) =>
  (activity: string): boolean =>
    names.some(name => activity.includes(name));
/** Until somebody decides, every way of the same kind of guest is the same. */
const decided = (activity: string): boolean => !activity.includes('prepareDeletion');

export const ways: readonly Way[] = [
  { ...asked, title: 'A virtual machine, approved', acts: ['approve'], end: 'destroyed', tries: () => true },
  { ...asked, title: 'A virtual machine, rejected', acts: ['reject'], end: 'rejected', tries: decided },
  { ...asked, title: 'A virtual machine, cancelled', acts: ['cancel'], end: 'cancelled', tries: decided },
  {
    ...careful,
    title: 'A container, approved, with a backup first and a hold of two days',
    acts: ['approve'],
    end: 'destroyed',
    tries: among('sendDestroy', 'backUpGuest', 'resolveDestroy'),
  },
  {
    ...careful,
    title: 'A container, approved and held, then cancelled',
    acts: ['approve', 'cancel'],
    end: 'cancelled',
    tries: among('recordDecision#2', 'unmarkGuest'),
  },
  {
    ...merged,
    title: 'A virtual machine deleted in a merged branch, approved',
    acts: ['approve'],
    end: 'destroyed',
    tries: among('openDeletions', 'tellNetBoxOfDestroy'),
  },
  {
    ...merged,
    title: 'A virtual machine deleted in a merged branch, rejected',
    acts: ['reject'],
    end: 'rejected',
    tries: among('restoreNetBox'),
  },
];
