import type { Access, User } from '../access';
import { Random } from '../random';

/** A user with tokens and rights, for a world that needs other callers than the usual ones. */
export interface UserSpec {
  userid: string;
  password?: string;
  enable?: boolean;
  tokens?: { id: string; secret?: string; privsep?: boolean; expire?: number; acl?: AclSpec[] }[];
  acl?: AclSpec[];
}

export interface AclSpec {
  path: string;
  role: string;
  propagate?: boolean;
}

/** What a client sends: `PVEAPIToken=<tokenId>=<secret>`. */
export interface TokenCredential {
  tokenId: string;
  secret: string;
}

export const READER = 'auditor@pve';
export const MANAGED_POOL = 'managed';

/** Audit rights without the guest agent. */
export const NO_AGENT_ROLE = 'NBReaderNoAgent';

const WRITER_PRIVILEGES =
  'VM.Allocate VM.Audit VM.Config.CPU VM.Config.Memory VM.Config.Disk VM.Config.Network VM.Config.Options VM.Config.HWType ' +
  'VM.Config.Cloudinit VM.Config.CDROM VM.PowerMgmt Pool.Audit';

/** The callers of every world, by what they may do. */
const USUAL = {
  /** Everything. */
  full: { user: 'root@pam', token: 'full', privsep: false, expire: 0, enable: true },
  /** PVEAuditor on `/`. */
  read: { user: READER, token: 'ro', privsep: false, expire: 0, enable: true },
  /** A role of its own on `/pool/managed`, the storages and bridge that its guests need. */
  write: { user: 'writer@pve', token: 'rw', privsep: false, expire: 0, enable: true },
  /** No right at all. */
  none: { user: 'nobody@pve', token: 'none', privsep: false, expire: 0, enable: true },
  /** A separated token without entries of its own: as if without rights. */
  separated: { user: READER, token: 'sep', privsep: true, expire: 0, enable: true },
  /** Its time is over. */
  expired: { user: READER, token: 'old', privsep: false, expire: 1, enable: true },
  /** Its user is switched off. */
  disabled: { user: 'gone@pve', token: 'off', privsep: false, expire: 0, enable: false },
} as const;

export type UsualToken = keyof typeof USUAL;

/** Adds the usual callers and those of `extra`; returns what they log in with. */
export function addIdentities(
  access: Access,
  seed: string,
  storages: Iterable<string>,
  extra: readonly UserSpec[],
): Record<UsualToken, TokenCredential> {
  const random = new Random(`${seed}/secrets`);
  access.roles.set('NBWriter', new Set(WRITER_PRIVILEGES.split(' ')));
  access.roles.set(
    NO_AGENT_ROLE,
    new Set([...(access.roles.get('PVEAuditor') ?? [])].filter(item => !item.startsWith('VM.GuestAgent'))),
  );
  const add = (name: UsualToken): TokenCredential => {
    const { user, token, privsep, expire, enable } = USUAL[name];
    const secret = random.uuid();
    addUser(access, { userid: user, enable, password: random.uuid(), tokens: [{ id: token, secret, privsep, expire }] }, random);
    return { tokenId: `${user}!${token}`, secret };
  };
  const tokens = {
    full: add('full'),
    read: add('read'),
    write: add('write'),
    none: add('none'),
    separated: add('separated'),
    expired: add('expired'),
    disabled: add('disabled'),
  };
  access.addAcl([
    { path: '/', subject: READER, role: 'PVEAuditor', propagate: 1 },
    { path: `/pool/${MANAGED_POOL}`, subject: 'writer@pve', role: 'NBWriter', propagate: 1 },
    { path: '/sdn/zones/localnetwork/vmbr0', subject: 'writer@pve', role: 'PVESDNUser', propagate: 1 },
    ...[...storages].map(storage => ({
      path: `/storage/${storage}`,
      subject: 'writer@pve',
      role: 'PVEDatastoreUser',
      propagate: 1 as const,
    })),
  ]);
  for (const user of extra) addUser(access, user, random);
  return tokens;
}

/** Adds a user, or tokens and rights to one that exists. */
export function addUser(access: Access, spec: UserSpec, random: Random): void {
  const user: User = access.users.get(spec.userid) ?? { enable: 1, expire: 0, tokens: new Map() };
  if (spec.enable === false) user.enable = 0;
  if (spec.password !== undefined) user.password = spec.password;
  access.users.set(spec.userid, user);
  const grant = (subject: string, acl: readonly AclSpec[] | undefined): void => {
    for (const { path, role, propagate } of acl ?? [])
      access.setAcl({ path, subject, role, propagate: propagate === false ? 0 : 1 });
  };
  grant(spec.userid, spec.acl);
  for (const token of spec.tokens ?? []) {
    user.tokens.set(token.id, {
      secret: token.secret ?? random.uuid(),
      privsep: token.privsep === true ? 1 : 0,
      expire: token.expire ?? 0,
    });
    grant(`${spec.userid}!${token.id}`, token.acl);
  }
  access.changed();
}
