import { Forbidden, type Problems } from '../errors';
import type { Caller } from '../access/tokens';
import { type Action, type Grant, grantOf } from '../access/permissions';
import type { Draft, ObjectType } from '../model/object-type';
import { Reader } from '../read/reader';
import type { World } from '../store/world';
import type { Row } from '../store/row';
import type { NetBoxVersion } from '../version';
import type { WriteContext } from '../write/context';
import type { Request } from '../http/message';

/** What the simulator wants to know of writes. */
export interface WriteHooks {
  /** Adds the messages of those who may refuse an object beside its model. */
  refuse(world: World, type: ObjectType, draft: Draft, problems: Problems): void;
  /** Hears of each change that was logged in a world, and of its object: as it is, or as it was before it went. */
  changed(world: World, change: Row, object: Row): void;
}

/** One API request: who asks, what it may see, and in which world it works. */
export class Session {
  readonly reader: Reader;
  private readonly grants = new Map<string, Grant>();

  constructor(
    readonly world: World,
    readonly version: NetBoxVersion,
    readonly request: Request,
    readonly requestId: string,
    readonly caller: Caller,
    private readonly host: WriteHooks,
  ) {
    this.reader = new Reader(world, version, request.base);
  }

  grant(type: ObjectType, action: Action): Grant {
    const key = `${action} ${type.key}`;
    let grant = this.grants.get(key);
    if (grant === undefined) {
      grant = grantOf(this.world, this.caller.user, type, action);
      this.grants.set(key, grant);
    }
    return grant;
  }

  /** The rows on which an action is granted; throws 403 when it is granted on none of the model. */
  require(type: ObjectType, action: Action): (row: Row) => boolean {
    if (action !== 'view' && !this.caller.mayWrite) throw new Forbidden();
    const grant = this.grant(type, action);
    if (!grant) throw new Forbidden();
    return grant;
  }

  writeContext(): WriteContext {
    const ifMatch = this.version.minor >= 6 ? (this.request.headers['if-match'] ?? '') : '';
    return {
      world: this.world,
      version: this.version,
      user: this.caller.user,
      requestId: this.requestId,
      reader: this.reader,
      allowed: (type, action, row) => this.grant(type, action)?.(row) ?? false,
      viewable: type => this.grant(type, 'view') ?? (() => false),
      refuse: (type, draft, problems) => this.host.refuse(this.world, type, draft, problems),
      changed: (change, object) => this.host.changed(this.world, change, object),
      ifMatch: ifMatch === '' || ifMatch.trim() === '*' ? [] : ifMatch.split(',').map(tag => tag.trim()),
    };
  }
}
