import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Opened } from '../config/host/opened';
import type { BenchOptions } from './options';

export interface WorldSettings {
  guests: number;
  nodes: number;
  netboxVersion: string;
  netboxCostMs: number;
}

export interface WorldReady {
  proxmox: { url: string; fingerprint: string; tokenId: string; secret: string };
  netbox: NetBoxAddress;
}

export type WorldRequest = 'reset-netbox' | 'forget-requests' | 'count-requests';

export interface WorldAnswer {
  proxmoxRequests: number;
}

export interface NetBoxAddress {
  url: string;
  /** v1, v2 or the whole Authorization header. */
  token: string;
}

/** What the product meets: a simulated Proxmox, and a NetBox that is simulated or real. */
export interface World extends WorldReady {
  /** Gives a NetBox without any object. */
  resetNetBox(): Promise<void>;
  /** Requests to Proxmox since the last call. */
  takeProxmoxRequests(): Promise<number>;
  /** Processor seconds of NetBox so far; NaN when nobody said how to learn them. */
  netboxCpuSeconds(): Promise<number>;
}

export async function startWorld(options: BenchOptions, opened: Opened): Promise<World> {
  const { guests, nodes, netboxVersion, netboxCostMs, netbox } = options;
  const settings: WorldSettings = { guests, nodes, netboxVersion, netboxCostMs };
  const child = fork(join(__dirname, 'simulated-world'), [JSON.stringify(settings)]);
  opened.add('simulators', async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  });
  const heard = listenTo(child);
  const ready = await heard<WorldReady>();
  const ask = async (request: WorldRequest): Promise<WorldAnswer> => {
    const answer = heard<WorldAnswer>();
    child.send(request);
    return answer;
  };
  return {
    proxmox: ready.proxmox,
    netbox: netbox.kind === 'real' ? netbox : ready.netbox,
    async resetNetBox() {
      if (netbox.kind === 'simulated') await ask('reset-netbox');
      else await shell(netbox.resetCommand);
    },
    async takeProxmoxRequests() {
      const { proxmoxRequests } = await ask('count-requests');
      await ask('forget-requests');
      return proxmoxRequests;
    },
    async netboxCpuSeconds() {
      if (netbox.kind === 'simulated' || netbox.cpuCommand === undefined) return NaN;
      return Number((await shell(netbox.cpuCommand)).stdout);
    },
  };
}

const shell = (command: string) => promisify(execFile)('/bin/sh', ['-c', command]);

type Listen = <T>() => Promise<T>;

/** Waits for the next message of a child; rejects when it ends instead. */
function listenTo(child: ChildProcess): Listen {
  let gone: (() => void) | undefined;
  child.once('exit', () => gone?.());
  return <T>() =>
    new Promise<T>((resolve, reject) => {
      gone = () => reject(new Error('The simulators ended.'));
      child.once('message', message => resolve(message as T));
    });
}
