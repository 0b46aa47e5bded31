import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultSpec } from './faults';
import type { Served } from './server';
import type { Options, Storage, Volume } from './state';
import type { PlannedExit } from './tasks';
import type { GuestChange, NewGuest, NodeChange, WorldControl } from './world-control';
import type { UserSpec } from './world/identities';

/** What `POST /__sim/world` takes: the methods of `WorldControl`, by name. */
export type WorldOperation =
  | ({ op: 'createGuest' | 'recreateGuest' } & NewGuest)
  | ({ op: 'changeGuest'; vmid: number } & GuestChange)
  | { op: 'rename'; vmid: number; name: string }
  | { op: 'destroyGuest'; vmid: number }
  | { op: 'copyWithEvidence'; vmid: number; newId: number; change?: GuestChange }
  | ({ op: 'changeNode'; node: string } & NodeChange)
  | { op: 'setQuorum'; quorate: boolean }
  | { op: 'setOptions'; options: Partial<Options> }
  | { op: 'addStorage'; storage: Storage }
  | { op: 'addVolume'; volume: Volume }
  | { op: 'addUser'; user: UserSpec }
  | { op: 'revokeToken'; tokenId: string }
  | { op: 'grant' | 'revoke'; path: string; subject: string; role: string }
  | { op: 'removePrivilege'; role: string; privilege: string }
  | { op: 'tick' }
  | { op: 'advance'; ms: number }
  | { op: 'planTask'; plan: PlannedExit };

/** What the control interface works on. */
export interface Controlled {
  served: Served;
  world: WorldControl;
  /** Builds the world anew and forgets requests and faults. */
  reset(): void;
}

/** `/__sim/…`: JSON, `?since=<n>` for the requests after number n, without authentication, meant for the loopback interface. */
export function controlHandler(controlled: Controlled) {
  return async (message: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    const [path = '', query = ''] = (message.url ?? '').split('?');
    let status = 200;
    let answer: unknown;
    try {
      answer = handle(controlled, `${message.method} ${path.slice('/__sim'.length)}`, new URLSearchParams(query), body);
      if (answer === undefined) [status, answer] = [404, { error: `no ${message.method} ${path}` }];
    } catch (error) {
      [status, answer] = [400, { error: error instanceof Error ? error.message : String(error) }];
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  };
}

function handle(controlled: Controlled, request: string, query: URLSearchParams, body: Buffer): unknown {
  const { served, world } = controlled;
  switch (request) {
    case 'GET /requests':
      return served.log.list(Number(query.get('since') ?? 0));
    case 'DELETE /requests':
      served.log.clear();
      return {};
    case 'GET /faults':
      return served.faults.list();
    case 'POST /faults': {
      const spec: FaultSpec = parse(body);
      return served.faults.add(spec);
    }
    case 'DELETE /faults':
      served.faults.clear();
      return {};
    case 'GET /world':
      return world.truth();
    case 'POST /world': {
      const operation: WorldOperation = parse(body);
      operate(world, operation);
      return {};
    }
    case 'POST /reset':
      controlled.reset();
      return {};
    default:
      return undefined;
  }
}

function parse<T>(body: Buffer): T {
  return JSON.parse(body.toString('utf8'));
}

function operate(world: WorldControl, operation: WorldOperation): void {
  switch (operation.op) {
    case 'createGuest':
      return void world.createGuest(operation);
    case 'recreateGuest':
      return void world.recreateGuest(operation);
    case 'changeGuest':
      return void world.changeGuest(operation.vmid, operation);
    case 'rename':
      return world.rename(operation.vmid, operation.name);
    case 'destroyGuest':
      return world.destroyGuest(operation.vmid);
    case 'copyWithEvidence':
      return void world.copyWithEvidence(operation.vmid, operation.newId, operation.change);
    case 'changeNode':
      return world.changeNode(operation.node, operation);
    case 'setQuorum':
      return world.setQuorum(operation.quorate);
    case 'setOptions':
      return world.setOptions(operation.options);
    case 'addVolume':
      return world.addVolume(operation.volume);
    case 'addStorage':
      return world.addStorage(operation.storage);
    case 'addUser':
      return world.addUser(operation.user);
    case 'revokeToken':
      return world.revokeToken(operation.tokenId);
    case 'grant':
      return world.grant(operation.path, operation.subject, operation.role);
    case 'revoke':
      return world.revoke(operation.path, operation.subject, operation.role);
    case 'removePrivilege':
      return world.removePrivilege(operation.role, operation.privilege);
    case 'tick':
      return world.tick();
    case 'advance':
      return world.advance(operation.ms);
    case 'planTask':
      return world.planTask(operation.plan);
    default:
      throw new Error('unknown world operation');
  }
}
