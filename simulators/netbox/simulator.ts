import { type Action, type PermissionSpec, setPermissions } from './access/permissions';
import { authenticate, headerOf, makeToken, makeUser, parseHeader } from './access/tokens';
import { type BranchImages, Branching } from './branching/branching';
import { answerBranching } from './branching/routes';
import { dumpWorld } from './control/dump';
import { Faults } from './control/faults';
import { Refusals } from './control/refusals';
import { RequestLog } from './control/request-log';
import type { Problems } from './errors';
import type { Reply, Request } from './http/message';
import type { JsonObject } from './json';
import type { Draft, ObjectType } from './model/object-type';
import { objectTypes } from './model/registry';
import { listModels } from './model/types/object-types';
import type { Session } from './rest/session';
import type { Row } from './store/row';
import { World, type WorldImage } from './store/world';
import { type NetBoxVersion, parseVersion } from './version';

const ADMIN_TOKEN = 'Bearer nbt_simulatoradm.0123456789abcdefghijABCDEFGHIJ9876543210';
const VIEWER_TOKEN = 'Bearer nbt_simulatorvwr.0123456789abcdefghijABCDEFGHIJ9876543210';

export interface SimulatorOptions {
  /** `4.5`, `4.6`, `4.7` (the default) or a full version of these. */
  readonly version?: string;
  /** Whole Authorization header of the superuser. */
  readonly token?: string;
  /** Whether the Proxbox plugin's sync-state routes exist. */
  readonly pluginProxbox?: boolean;
  /** Whether netbox-branching is installed. */
  readonly branching?: boolean;
}

interface Snapshot {
  readonly main: WorldImage;
  readonly branches: BranchImages | undefined;
}

/** A user made for a test or a demo. */
export interface NewUser {
  readonly username: string;
  /** The user name unless given. */
  readonly password?: string;
  readonly superuser?: boolean;
  readonly permissions?: readonly PermissionSpec[];
  readonly tokenVersion?: 1 | 2;
  /** False makes a token that may only read. */
  readonly writeEnabled?: boolean;
}

/** The state of one simulated NetBox, and what tests and the control interface may do to it. */
export class Simulator {
  readonly faults = new Faults();
  readonly refusals = new Refusals();
  readonly log = new RequestLog();
  readonly world: World;
  /** The plugin netbox-branching, when it is installed. */
  readonly branching: Branching | undefined;
  version: NetBoxVersion;
  private readonly hasProxbox: boolean;
  private readonly initial: Snapshot;
  private readonly snapshots = new Map<string, Snapshot>();

  constructor(options: SimulatorOptions) {
    this.version = parseVersion(options.version ?? '4.7');
    const { pluginProxbox = false, branching = false } = options;
    this.hasProxbox = pluginProxbox;
    this.world = new World(objectTypes({ pluginProxbox, branching }));
    listModels(this.world);
    this.branching = branching ? new Branching(this) : undefined;
    const admin = makeUser(this.world, { username: 'admin', superuser: true });
    const viewer = makeUser(this.world, { username: 'viewer' });
    setPermissions(this.world, viewer, [{ actions: ['view'] }]);
    const given = parseHeader(options.token ?? ADMIN_TOKEN);
    makeToken(this.world, admin, given.version, given);
    makeToken(this.world, viewer, 2, parseHeader(VIEWER_TOKEN));
    this.initial = this.image();
  }

  /** The Authorization header of the user who may see everything and change nothing. */
  get viewerToken(): string {
    return VIEWER_TOKEN;
  }

  static defaultToken(options: SimulatorOptions): string {
    return options.token ?? ADMIN_TOKEN;
  }

  /** Installed plugins with their versions; each NetBox takes another one of branching. */
  get plugins(): JsonObject {
    return {
      ...(this.hasProxbox && { netbox_proxbox: '0.0.26' }),
      ...(this.branching && { netbox_branching: this.version.minor >= 7 ? '1.2.2' : '1.1.3' }),
    };
  }

  /** The world of the branch that a request names; main when it names none, or when there are no branches. */
  worldOf(request: Request): World {
    return this.branching?.worldOf(request) ?? this.world;
  }

  refuse(world: World, type: ObjectType, draft: Draft, problems: Problems): void {
    this.refusals.apply(type, draft, problems);
    this.branching?.refuse(world, type, draft, problems);
  }

  changed(world: World, change: Row, object: Row): void {
    this.branching?.changed(world, change, object);
  }

  answerPlugin(session: Session): Reply | undefined {
    return this.branching && answerBranching(this.branching, session);
  }

  setVersion(version: string): void {
    this.version = parseVersion(version);
  }

  /** Keeps the whole content, users and tokens among it, like a database dump. */
  snapshot(): string {
    const id = `snapshot-${this.snapshots.size + 1}`;
    this.snapshots.set(id, this.image());
    return id;
  }

  /** Puts an older content back, ids and sequences included. */
  restore(id: string): void {
    const image = this.snapshots.get(id);
    if (!image) throw new Error(`There is no snapshot ${id}`);
    this.load(image);
  }

  /** An empty NetBox with the first users; no faults, no refusals, no requests in the log. Snapshots stay. */
  reset(): void {
    this.load(this.initial);
    this.branching?.hooks.clear();
    this.branching?.webhooks.clear();
    this.faults.clear();
    this.refusals.clear();
    this.log.clear();
  }

  private image(): Snapshot {
    return { main: this.world.image(), branches: this.branching?.image() };
  }

  private load({ main, branches }: Snapshot): void {
    this.world.load(main);
    this.branching?.load(branches ?? new Map());
  }

  dump(): ReturnType<typeof dumpWorld> {
    return dumpWorld(this.world);
  }

  /** Makes a user with a token; gives its Authorization header. */
  createUser(user: NewUser): string {
    return this.world.transaction(() => {
      const { username, password, superuser = false, permissions = [], tokenVersion = 2, writeEnabled = true } = user;
      const row = makeUser(this.world, { username, superuser, ...(password !== undefined && { password }) });
      setPermissions(this.world, row, permissions);
      return headerOf(makeToken(this.world, row, tokenVersion, undefined, writeEnabled));
    });
  }

  /** Replaces what the user of a token may do; a superuser stops being one. */
  restrict(token: string, permissions: readonly PermissionSpec[]): void {
    const { user } = authenticate(this.world, token);
    this.world.put('users.user', { ...user, values: { ...user.values, is_superuser: false } });
    setPermissions(this.world, user, permissions);
  }
}

export type { Action, PermissionSpec };
