import { nodeOf, onGuest, unordered, vmidOf, type Call, type Routes } from '../call';
import { sleep } from '../clock';
import { die } from '../errors';
import { agentEnabled } from '../guest-rows';
import type { Guest, GuestInterface } from '../state';

const NO_TRAFFIC = Object.fromEntries(
  ['rx', 'tx'].flatMap(way => ['bytes', 'packets', 'errs', 'dropped'].map(what => [`${way}-${what}`, 0])),
);
const COMMANDS =
  'exec exec-status file-read file-write fsfreeze-freeze fsfreeze-status fsfreeze-thaw fstrim get-fsinfo get-host-name ' +
  'get-memory-block-info get-memory-blocks get-osinfo get-time get-timezone get-users get-vcpus info network-get-interfaces ping ' +
  'set-user-password shutdown suspend-disk suspend-hybrid suspend-ram';

/** The guest, once its agent has answered a ping. @throws ApiError 500, after 3 s for an agent that does not answer */
async function ask(call: Call): Promise<Guest> {
  const guest = call.sim.cluster.load(nodeOf(call), 'qemu', vmidOf(call));
  if (guest.power === 'stopped') die(`VM ${guest.vmid} is not running`);
  if (!agentEnabled(guest)) die('No QEMU guest agent configured');
  if (guest.agent !== 'present' || guest.power === 'paused') {
    await sleep(call.sim.timing.agentDead);
    die('QEMU guest agent is not running');
  }
  return guest;
}

function interfaceRow(item: GuestInterface): Record<string, unknown> {
  return {
    name: item.name,
    'hardware-address': item.mac.toLowerCase(),
    'ip-addresses': item.addresses.map(({ address, prefix }) => ({
      'ip-address': address,
      'ip-address-type': address.includes(':') ? 'ipv6' : 'ipv4',
      prefix,
    })),
    statistics: NO_TRAFFIC,
  };
}

const audit = onGuest('VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted');

export const agentRoutes: Routes = {
  'GET /nodes/{node}/qemu/{vmid}/agent': {
    handle: call =>
      unordered(
        call,
        COMMANDS.split(' ').map(name => ({ name })),
      ),
  },
  'GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces': {
    permission: audit,
    handle: async call => ({ result: (await ask(call)).interfaces.map(interfaceRow) }),
  },
  'GET /nodes/{node}/qemu/{vmid}/agent/get-host-name': {
    permission: audit,
    handle: async call => ({ result: { 'host-name': (await ask(call)).hostName } }),
  },
  'GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo': {
    permission: audit,
    handle: async call => ({ result: (await ask(call)).osInfo }),
  },
  'POST /nodes/{node}/qemu/{vmid}/agent/ping': {
    permission: audit,
    handle: async call => {
      await ask(call);
      return { result: {} };
    },
  },
  'POST /nodes/{node}/qemu/{vmid}/agent/exec': {
    permission: onGuest('VM.GuestAgent.Unrestricted'),
    handle: async call => {
      await ask(call);
      return { pid: 4711 };
    },
  },
};
