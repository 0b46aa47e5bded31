import { store } from '../access/tokens';
import { type Problems, ServerFault, TextRefusal } from '../errors';
import type { Request } from '../http/message';
import type { JsonObject } from '../json';
import type { Draft, ObjectType } from '../model/object-type';
import { Reader } from '../read/reader';
import { idOf, type Row, textOf } from '../store/row';
import type { World, WorldImage } from '../store/world';
import { logData } from '../write/change-log';
import type { WriteContext } from '../write/context';
import { isBranchable, ownTables } from './branchable';
import { ChangeDiffs, cleaned } from './change-diffs';
import { BranchingHooks, type Operation } from './hooks';
import { BranchJobs } from './jobs';
import { applyAll, changesOf, mergeData, notReady, undoAll } from './merge';
import type { BranchingHost } from './replay-context';
import { syncInto, unsyncedChanges } from './sync';
import { BRANCH, BRANCH_EVENTS } from './types';
import { WebhookSender } from './webhooks';

/** The content of all branches, for snapshots. */
export type BranchImages = ReadonlyMap<number, WorldImage>;

/** The plugin netbox-branching: worlds beside main, their states, and the jobs that move changes between them and main. */
export class Branching {
  readonly hooks = new BranchingHooks();
  readonly webhooks: WebhookSender;
  private readonly forks = new Map<number, World>();
  private readonly jobs: BranchJobs;

  constructor(private readonly host: BranchingHost) {
    this.webhooks = new WebhookSender(host.world, this.hooks, () => host.version);
    this.jobs = new BranchJobs(host.world, this.hooks);
  }

  /** The world that a request names by header or by `_branch`; main when it names none. */
  worldOf(request: Request): World {
    if (request.path === '/api/status/') return this.host.world;
    const header = request.headers['x-netbox-branch'];
    const schema = header ?? request.query.get('_branch');
    if (schema === null || (header === undefined && schema === '')) return this.host.world;
    const branch = [...this.host.world.table(BRANCH).rows()].find(row => textOf(row, 'schema_id') === schema);
    if (!branch) throw new TextRefusal(400, 'Invalid branch identifier');
    const fork = textOf(branch, 'status') === 'ready' ? this.forks.get(branch.id) : undefined;
    if (fork) return fork;
    if (header === undefined) return this.host.world;
    if (this.host.version.minor >= 7) throw new TextRefusal(400, 'Selected branch is not ready.');
    throw new ServerFault(
      'AttributeError',
      "'HttpResponseBadRequest' object has no attribute 'schema_name'",
      this.host.version.full,
    );
  }

  /** Hears of every row of the change log, in main and in branches. */
  changed(world: World, change: Row, object: Row): void {
    const branchId = this.idOf(world);
    const diffs = new ChangeDiffs(this.host.world, (type, id) => this.mainData(type, id));
    if (branchId !== undefined) diffs.followBranch(branchId, change);
    else diffs.followMain(change);
    if (textOf(change, 'changed_object_type') === BRANCH) this.branchChanged(change, object);
  }

  /** In a branch nobody changes what main has deleted, until the branch follows main. */
  refuse(world: World, type: ObjectType, draft: Draft, problems: Problems): void {
    const branchId = this.idOf(world);
    if (branchId === undefined || !draft.before || !isBranchable(type) || world.main.get(type.key, draft.id)) return;
    const diff = new ChangeDiffs(world.main, () => null).find(branchId, type.key, draft.id);
    if (diff && textOf(diff, 'action') === 'create') return;
    const name = `${type.label} '${type.display(draft.before, world)}'`;
    problems.add(
      '__all__',
      `Cannot modify ${name} because it has been deleted in the main branch. Sync with the main branch to update.`,
    );
  }

  /** Queues an operation of a branch; gives its job. */
  enqueue(operation: Operation, branchId: number, user: Row, commit: boolean): Row {
    const between = { provision: 'provisioning', sync: 'syncing', merge: 'merging', revert: 'reverting' } as const;
    const needed = operation === 'revert' ? 'merged' : operation === 'provision' ? 'new' : 'ready';
    return this.jobs.enqueue({
      operation,
      branchId,
      user,
      begin: () => this.move(branchId, needed, between[operation]),
      fail: () => this.move(branchId, between[operation], operation === 'provision' ? 'failed' : needed),
      work: () => {
        this.move(branchId, between[operation], needed);
        return this[operation](this.branch(branchId), user, commit);
      },
    });
  }

  /** Drops a merged branch's content at once. */
  archive(branch: Row, user: Row): void {
    this.forks.delete(branch.id);
    this.webhooks.branchEvent('branch_deprovisioned', branch, undefined);
    this.set(branch.id, { status: 'archived' });
    this.record(branch.id, 'archived', user);
  }

  image(): BranchImages {
    return new Map([...this.forks].map(([id, fork]) => [id, fork.image()]));
  }

  load(images: BranchImages): void {
    this.jobs.forget();
    this.forks.clear();
    for (const [id, image] of images) {
      const fork = this.fork();
      fork.load(image);
      this.forks.set(id, fork);
    }
  }

  private fork(): World {
    const { own, empty } = ownTables(this.host.world.types);
    return this.host.world.fork(own, empty);
  }

  private idOf(world: World): number | undefined {
    return [...this.forks].find(([, fork]) => fork === world)?.[0];
  }

  private mainData(type: string, id: number): JsonObject | null {
    const { world, version } = this.host;
    const row = world.get(type, id);
    return row ? cleaned(logData({ world, version, reader: new Reader(world, version, '') }, world.type(type), row)) : null;
  }

  private branchChanged(change: Row, branch: Row): void {
    const { id } = branch;
    const user = this.host.world.get('users.user', idOf(change, 'user'));
    const action = textOf(change, 'action');
    if (action === 'create' && user) this.enqueue('provision', id, user, true);
    if (action !== 'delete') return;
    setImmediate(() => {
      if (this.host.world.get(BRANCH, id) || !this.forks.delete(id)) return;
      this.webhooks.branchEvent('branch_deprovisioned', branch, undefined);
    });
  }

  private provision(branch: Row, user: Row): JsonObject {
    this.forks.set(branch.id, this.fork());
    this.webhooks.branchEvent('branch_provisioned', branch, user);
    this.set(branch.id, { status: 'ready', last_sync: this.host.world.now() });
    this.record(branch.id, 'provisioned', user);
    return { log: ['Provisioning completed'] };
  }

  private merge(branch: Row, user: Row, commit: boolean): JsonObject {
    const name = textOf(branch, 'name');
    const fork = this.forks.get(branch.id);
    if (!fork || textOf(branch, 'status') !== 'ready') throw notReady(`Branch ${name} is not ready to merge`);
    const changes = changesOf(fork);
    const unsynced = unsyncedChanges(changesOf(this.host.world), this.host.world, branch).length > 0;
    const data = mergeData(changes, unsynced, [`Merging branch ${name}`, `Found ${changes.length} changes to merge`]);
    if (changes.length === 0) return data;
    this.set(branch.id, { status: 'merging' });
    const changed: WriteContext['changed'] = (change, object) => this.changed(this.host.world, change, object);
    let stays = false;
    try {
      stays = applyAll({ host: this.host, branchId: branch.id, changes, commit, user, changed, data });
    } finally {
      this.set(branch.id, { status: stays ? 'merged' : 'ready' });
    }
    if (stays) this.conclude(branch.id, 'merged', user, { merged_time: this.host.world.now(), merged_by: user.id });
    return data;
  }

  private revert(branch: Row, user: Row, commit: boolean): JsonObject {
    const fork = this.forks.get(branch.id);
    if (!fork || textOf(branch, 'status') !== 'merged') throw notReady('Only merged branches can be reverted.');
    const changes = changesOf(fork);
    const data = { log: [`Reverting branch ${textOf(branch, 'name')}`, `Found ${changes.length} changes to revert`] };
    this.set(branch.id, { status: 'reverting' });
    const changed: WriteContext['changed'] = (change, object) => this.changed(this.host.world, change, object);
    let stays = false;
    try {
      stays = undoAll({ host: this.host, branchId: branch.id, changes, commit, user, changed, data });
    } finally {
      this.set(branch.id, { status: stays ? 'ready' : 'merged' });
    }
    if (stays) this.conclude(branch.id, 'reverted', user, { merged_time: null, merged_by: null });
    return data;
  }

  private sync(branch: Row, user: Row, commit: boolean): JsonObject {
    const { world } = this.host;
    const name = textOf(branch, 'name');
    const fork = this.forks.get(branch.id);
    if (!fork || textOf(branch, 'status') !== 'ready') throw notReady(`Branch ${name} is not ready to sync`);
    const started = world.now();
    const changes = unsyncedChanges(changesOf(world), world, branch);
    const data = { log: [`Syncing branch ${name}`, `Found ${changes.length} changes to sync`] };
    if (changes.length === 0) return data;
    const changed: WriteContext['changed'] = (change, object) => this.changed(fork, change, object);
    const stays = syncInto({ host: this.host, fork, branch, changes, user, commit, changed, data });
    if (stays) this.conclude(branch.id, 'synced', user, { last_sync: started });
    return data;
  }

  /** Writes what an operation that stays leaves on its branch, and tells of it. */
  private conclude(id: number, event: 'merged' | 'reverted' | 'synced', user: Row, values: JsonObject): void {
    this.set(id, values, this.host.world.now());
    this.record(id, event, user);
    this.webhooks.branchEvent(`branch_${event}`, this.branch(id), user);
  }

  private record(branchId: number, type: string, user: Row): void {
    const { world } = this.host;
    store(world, BRANCH_EVENTS, { time: world.now(), branch: branchId, user: user.id, type });
  }

  private branch(id: number): Row {
    const row = this.host.world.get(BRANCH, id);
    if (!row) throw notReady('The branch is gone');
    return row;
  }

  /** Most of what jobs write leaves `last_updated` alone. */
  private set(id: number, values: JsonObject, lastUpdated?: string): void {
    const row = this.branch(id);
    const moved = lastUpdated === undefined ? row : { ...row, lastUpdated };
    this.host.world.put(BRANCH, { ...moved, values: { ...row.values, ...values } });
  }

  private move(id: number, from: string, to: string): void {
    const row = this.host.world.get(BRANCH, id);
    if (row && textOf(row, 'status') === from) this.set(id, { status: to });
  }
}
