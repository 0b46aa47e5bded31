import { nodeOf, onGuest, unordered, vmidOf, type Call, type Routes } from '../call';
import { die } from '../errors';
import { currentStatus, nodeRow, qmpFigures } from '../guest-rows';
import type { Config, Guest, GuestKind } from '../state';

const HIDDEN_PASSWORD = '**********';

function load(call: Call, kind: GuestKind): Guest {
  return call.sim.cluster.load(nodeOf(call), kind, vmidOf(call));
}

function list(kind: GuestKind) {
  return (call: Call): unknown => {
    const { sim, identity } = call;
    const now = sim.clock.seconds();
    const rows: Record<string, unknown>[] = [];
    for (const guest of sim.cluster.guests.values()) {
      if (guest.kind !== kind || guest.node !== nodeOf(call) || !sim.access.has(identity, `/vms/${guest.vmid}`, 'VM.Audit'))
        continue;
      const row = nodeRow(sim.cluster, guest, now);
      rows.push(kind === 'qemu' && call.params.flag('full') ? { ...row, ...qmpFigures(guest) } : row);
    }
    return unordered(call, rows);
  };
}

/** Pending values are merged in unless `current=1`; a snapshot's values carry the file's digest. */
function config(kind: GuestKind) {
  return (call: Call): unknown => {
    const guest = load(call, kind);
    const name = call.params.text('snapshot');
    const digest = call.sim.cluster.digest(guest);
    if (name !== undefined) {
      const snapshot = guest.snapshots.find(item => item.name === name) ?? die(`snapshot '${name}' does not exist`);
      return {
        ...shown(snapshot.config),
        snaptime: snapshot.snaptime,
        parent: snapshot.parent,
        description: snapshot.description,
        digest,
      };
    }
    const merged: Config = { ...guest.config };
    if (!call.params.flag('current')) {
      Object.assign(merged, guest.pending);
      for (const key of guest.pendingDelete.keys()) delete merged[key];
    }
    return { ...shown(merged), digest };
  };
}

function shown(values: Config): Config {
  return values['cipassword'] === undefined ? values : { ...values, cipassword: HIDDEN_PASSWORD };
}

function pending(kind: GuestKind) {
  return (call: Call): unknown => {
    const guest = load(call, kind);
    const live = shown(guest.config);
    const waiting = shown(guest.pending);
    const rows: Record<string, unknown>[] = Object.entries(live).map(([key, value]) => ({
      key,
      value,
      pending: waiting[key],
      delete: guest.pendingDelete.get(key),
    }));
    for (const [key, value] of Object.entries(waiting)) if (live[key] === undefined) rows.push({ key, pending: value });
    rows.push({ key: 'digest', value: call.sim.cluster.digest(guest) });
    return unordered(call, rows);
  };
}

function snapshots(kind: GuestKind) {
  return (call: Call): unknown => {
    const guest = load(call, kind);
    const rows: Record<string, unknown>[] = guest.snapshots.map(({ name, description, snaptime, parent }) => ({
      name,
      description: description ?? '',
      snaptime,
      parent,
      ...(kind === 'qemu' ? { vmstate: 0 } : {}),
    }));
    const current = {
      name: 'current',
      description: 'You are here!',
      digest: call.sim.cluster.digest(guest),
      running: guest.power === 'stopped' ? 0 : 1,
      parent: guest.config['parent'],
    };
    return [...rows, current];
  };
}

/** A stopped or missing container has no interfaces: null, not an error (Proxmox VE 9.2, measured). */
function interfaces(call: Call): unknown {
  const guest = call.sim.cluster.find(nodeOf(call), 'lxc', vmidOf(call));
  if (guest === undefined || guest.power === 'stopped') return null;
  return guest.interfaces.map(({ name, mac, addresses }) => {
    const first = (family: 4 | 6): string | undefined => {
      const found = addresses.find(item => item.address.includes(':') === (family === 6));
      return found === undefined ? undefined : `${found.address}/${found.prefix}`;
    };
    return {
      name,
      hwaddr: mac.toLowerCase(),
      'hardware-address': mac.toLowerCase(),
      inet: first(4),
      inet6: first(6),
      'ip-addresses': addresses.map(({ address, prefix }) => ({
        'ip-address': address,
        'ip-address-type': address.includes(':') ? 'inet6' : 'inet',
        prefix: String(prefix),
      })),
    };
  });
}

const CLOUD_INIT = /^(?:ci|ipconfig\d|nameserver|searchdomain|sshkeys)/;

function cloudInit(call: Call): unknown {
  const values = shown(load(call, 'qemu').config);
  const rows = Object.entries(values).filter(([key]) => CLOUD_INIT.test(key) && key !== 'cicustom' && key !== 'citype');
  return unordered(
    call,
    rows.map(([key, value]) => ({ key, value })),
  );
}

const audit = onGuest('VM.Audit');
const QEMU_INDEX =
  'config cloudinit pending status unlink vncproxy termproxy migrate resize move rrd rrddata monitor agent snapshot spiceproxy sendkey ' +
  'firewall mtunnel remote_migrate';
const LXC_INDEX =
  'config pending status vncproxy termproxy vncwebsocket spiceproxy migrate clone initiate rrd rrddata firewall snapshot resize interfaces mtunnel remote_migrate';
const index = (names: string) => (): unknown => names.split(' ').map(subdir => ({ subdir }));

export const guestReadRoutes: Routes = {
  'GET /nodes/{node}/qemu': { handle: list('qemu') },
  'GET /nodes/{node}/lxc': { handle: list('lxc') },
  'GET /nodes/{node}/qemu/{vmid}': { handle: index(QEMU_INDEX) },
  'GET /nodes/{node}/lxc/{vmid}': { handle: index(LXC_INDEX) },
  'GET /nodes/{node}/qemu/{vmid}/config': { permission: audit, handle: config('qemu') },
  'GET /nodes/{node}/lxc/{vmid}/config': { permission: audit, handle: config('lxc') },
  'GET /nodes/{node}/qemu/{vmid}/pending': { permission: audit, handle: pending('qemu') },
  'GET /nodes/{node}/lxc/{vmid}/pending': { permission: audit, handle: pending('lxc') },
  'GET /nodes/{node}/qemu/{vmid}/cloudinit': { permission: audit, handle: cloudInit },
  'GET /nodes/{node}/qemu/{vmid}/status/current': {
    permission: audit,
    handle: call => currentStatus(call.sim, load(call, 'qemu')),
  },
  'GET /nodes/{node}/lxc/{vmid}/status/current': {
    permission: audit,
    handle: call => currentStatus(call.sim, load(call, 'lxc')),
  },
  'GET /nodes/{node}/qemu/{vmid}/snapshot': { permission: audit, handle: snapshots('qemu') },
  'GET /nodes/{node}/lxc/{vmid}/snapshot': { permission: audit, handle: snapshots('lxc') },
  'GET /nodes/{node}/lxc/{vmid}/interfaces': { permission: audit, handle: interfaces },
};
