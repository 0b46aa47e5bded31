import { PermissionError } from './errors';
import { ALL_PRIVILEGES, BUILT_IN_ROLES } from './roles';

export interface Token {
  secret: string;
  /** 1: only what both the user and the token's own entries allow. */
  privsep: 0 | 1;
  /** Seconds since 1970; 0 is never. */
  expire: number;
  comment?: string;
}

export interface User {
  enable: 0 | 1;
  expire: number;
  password?: string;
  tokens: Map<string, Token>;
}

export interface AclEntry {
  path: string;
  /** A user or a token, `user@realm` or `user@realm!token`. */
  subject: string;
  role: string;
  propagate: 0 | 1;
}

/** Privileges on one path, each with its propagate flag. */
export type Privileges = Map<string, 0 | 1>;

const NONE: Privileges = new Map();
const SUPERUSER = 'root@pam';

/** Users, tokens, roles and access control entries, and what follows from them. */
export class Access {
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Set<string>>(
    Object.entries(BUILT_IN_ROLES).map(([role, privileges]) => [
      role,
      new Set(privileges.split(' ').filter(item => item !== '')),
    ]),
  );
  private entries: AclEntry[] = [];
  private byPath = new Map<string, AclEntry[]>();
  private readonly cache = new Map<string, Map<string, Privileges>>();

  constructor(
    /** The pool that a guest or a storage belongs to. */
    private readonly poolOf: (kind: 'vms' | 'storage', id: string) => string | undefined,
  ) {}

  get acl(): readonly AclEntry[] {
    return this.entries;
  }

  /** Adds many entries at once. */
  addAcl(entries: readonly AclEntry[]): void {
    this.entries.push(...entries);
    this.index();
  }

  /** To be called when users, tokens, roles or pools changed. */
  changed(): void {
    this.cache.clear();
  }

  setAcl(entry: AclEntry, remove = false): void {
    this.entries = this.entries.filter(
      item => item.path !== entry.path || item.subject !== entry.subject || item.role !== entry.role,
    );
    if (!remove) this.entries.push(entry);
    this.index();
  }

  /** Proxmox drops the entries of a guest when the guest is destroyed. */
  removeAclOf(path: string): void {
    if (!this.byPath.has(path)) return;
    this.entries = this.entries.filter(entry => entry.path !== path);
    this.index();
  }

  private index(): void {
    this.byPath = new Map();
    for (const entry of this.entries) this.byPath.set(entry.path, [...(this.byPath.get(entry.path) ?? []), entry]);
    this.changed();
  }

  /** @param identity `user@realm` or `user@realm!token` */
  privileges(identity: string, path: string): Privileges {
    let paths = this.cache.get(identity);
    if (paths === undefined) this.cache.set(identity, (paths = new Map()));
    let found = paths.get(path);
    if (found === undefined) paths.set(path, (found = this.compute(identity, path)));
    return found;
  }

  has(identity: string, path: string, privilege: string): boolean {
    return this.privileges(identity, path).has(privilege);
  }

  hasAny(identity: string, path: string, privileges: readonly string[]): boolean {
    const held = this.privileges(identity, path);
    return privileges.some(privilege => held.has(privilege));
  }

  /** All privileges are needed. @throws PermissionError naming the path and the privileges */
  check(identity: string, path: string, ...privileges: string[]): void {
    const held = this.privileges(identity, path);
    if (!privileges.every(privilege => held.has(privilege))) throw new PermissionError(`${path}, ${privileges.join(', ')}`);
  }

  /** One of the privileges is enough. @throws PermissionError */
  checkAny(identity: string, path: string, privileges: readonly string[]): void {
    if (!this.hasAny(identity, path, privileges)) throw new PermissionError(`${path}, ${privileges.join('|')}`);
  }

  /** Paths that an answer of `/access/permissions` looks at. */
  knownPaths(poolGuests: Iterable<number>): string[] {
    const paths = new Set(['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms']);
    for (const { path } of this.entries) {
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) paths.add(path.slice(0, end));
    }
    for (const vmid of poolGuests) paths.add(`/vms/${vmid}`);
    return [...paths];
  }

  private compute(identity: string, path: string): Privileges {
    const [user = '', tokenId] = identity.split('!');
    if (identity === SUPERUSER) return new Map([...ALL_PRIVILEGES].map(privilege => [privilege, 1]));
    if (tokenId === undefined) return this.fromRoles(user, path);
    const token = this.users.get(user)?.tokens.get(tokenId);
    if (token === undefined) return NONE;
    const users = this.privileges(user, path);
    if (token.privsep === 0) return users;
    return new Map([...this.fromRoles(identity, path)].filter(([privilege]) => users.has(privilege)));
  }

  private fromRoles(subject: string, path: string): Privileges {
    const roles = new Map(this.rolesOn(subject, path));
    const member = /^\/(vms|storage)\/([^/]+)$/.exec(path);
    const pool = member === null ? undefined : this.poolOf(member[1] === 'vms' ? 'vms' : 'storage', member[2] ?? '');
    if (pool !== undefined) for (const [role] of this.rolesOn(subject, `/pool/${pool}`)) if (!roles.has(role)) roles.set(role, 0);
    if (roles.has('NoAccess')) return NONE;
    const privileges: Privileges = new Map();
    for (const [role, propagate] of roles) {
      for (const privilege of this.roles.get(role) ?? []) {
        if (privileges.get(privilege) !== 1) privileges.set(privilege, propagate);
      }
    }
    return privileges;
  }

  /** The entries on the longest path win over those above it. */
  private rolesOn(subject: string, path: string): Map<string, 0 | 1> {
    const direct = this.directRoles(subject, path, true);
    if (direct !== undefined) return direct;
    for (let end = path.lastIndexOf('/'); end >= 0 && path !== '/'; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) {
      const inherited = this.directRoles(subject, end === 0 ? '/' : path.slice(0, end), false);
      if (inherited !== undefined) return inherited;
    }
    return new Map();
  }

  private directRoles(subject: string, path: string, final: boolean): Map<string, 0 | 1> | undefined {
    const entries = this.byPath.get(path)?.filter(entry => entry.subject === subject && (final || entry.propagate === 1));
    if (entries === undefined || entries.length === 0) return undefined;
    return new Map(entries.map(entry => [entry.role, entry.propagate]));
  }
}
