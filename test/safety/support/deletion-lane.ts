import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bindRole } from '../../../database/repositories/people/role-bindings';
import { insertRole } from '../../../database/repositories/people/roles';
import { PENDING_DELETION } from '../../../domain/deletion/marks';
import { rolesOfRequester, type Actor, type DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import { DeletionModel, people, type ModelRequest, type Person, type Step, type Verdict } from './deletion-model';

/** How decisions reach the workflow of a guest's request, and how it comes to rest. */
export interface Driver {
  /** Undefined: whoever signals gets no answer. */
  send(
    cluster: Pick<Cluster, 'id'>,
    vmid: number,
    verdict: Verdict,
    code: string,
    as: 'update' | 'signal',
  ): Promise<boolean | undefined>;
  /** Has the request looked at now. */
  look(cluster: Pick<Cluster, 'id'>, vmid: number): Promise<void>;
  terminate(cluster: Pick<Cluster, 'id'>, vmid: number): Promise<void>;
  /** Whether everything is done when a look ends, so that nobody needs to wait. */
  readonly isDone: boolean;
}

const rights = { ask: rolesOfRequester, decide: ['authorize_deletion_request'] } as const;
type Right = keyof typeof rights;

interface Sequence {
  vmid: number;
  model: DeletionModel;
  /** As the model numbers them. */
  requests: string[];
  codes: { code: string; verdict: Verdict }[];
}

/** An endpoint with three people of its own, on which sequences run one after the other, each with a guest of its own. */
export class DeletionLane {
  /** How requests ended. */
  readonly ends: string[] = [];
  private next = 100;
  /** Whether switches and rights are as every sequence finds them. */
  private isAsEver = false;
  private readonly roles = new Map<string, string>();

  private constructor(
    private readonly lab: DeletionLab,
    private readonly driver: Driver,
    private readonly cluster: Cluster,
    private readonly actors: Readonly<Record<Person, Actor>>,
  ) {}

  static async open(lab: DeletionLab, driver: Driver, name: string): Promise<DeletionLane> {
    const cluster = await lab.cluster(name, []);
    const [ann, bob, eve] = await Promise.all(people.map(person => lab.actor(`${person} of ${name}`, 'view')));
    const lane = new DeletionLane(lab, driver, cluster, { ann: ann!, bob: bob!, eve: eve! });
    for (const right of ['ask', 'decide'] as const) {
      const id = randomUUID();
      lane.roles.set(right, id);
      await insertRole(lab.world.database.pool, id, {
        name: `${right} on ${name}`,
        description: '',
        permissions: [...rights[right]],
      });
    }
    return lane;
  }

  /** Takes a sequence of steps, and compares the product with the model after each. @throws Error that says where they part */
  async run(steps: readonly Step[]): Promise<void> {
    const sequence: Sequence = { vmid: this.next++, model: new DeletionModel(), requests: [], codes: [] };
    await this.begin(sequence);
    for (const step of steps) {
      if (!sequence.model.takes(step)) continue;
      const before = sequence.model.latest?.state;
      const expected = sequence.model.take(step);
      const answer = await this.act(sequence, step);
      if (expected !== undefined && answer !== undefined && answer !== expected)
        throw new Error(`${JSON.stringify(step)} was ${answer ? 'taken' : 'refused'}, in the state ${before}`);
      await this.settle(sequence, JSON.stringify(step));
    }
    await this.end(sequence);
  }

  private async begin({ vmid }: Sequence): Promise<void> {
    this.cluster.proxmox.world.createGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped' }));
    if (this.isAsEver) return;
    await this.lab.allow(this.cluster, true);
    await this.freeze(false);
    for (const person of people) {
      await this.enable(person, true);
      for (const right of ['ask', 'decide'] as const) await this.grant(person, right, true);
    }
    this.isAsEver = true;
  }

  /** What is still open expires, so that the lane is free; then the guest has been destroyed as often as it should. */
  private async end(sequence: Sequence): Promise<void> {
    const { model, vmid } = sequence;
    if (model.hasOpen) {
      model.take({ do: 'expire' });
      await this.act(sequence, { do: 'expire' });
      await this.settle(sequence, 'the end');
    }
    this.ends.push(...model.requests.map(({ state }) => state));
    const deletes = this.lab.deletes(this.cluster).filter(call => call.includes(`/${vmid} `)).length;
    if (deletes !== model.destroyed) throw new Error(`${deletes} DELETEs were sent, and ${model.destroyed} approved`);
    const isThere = this.cluster.proxmox.world.truth().guests.some(guest => guest.vmid === vmid);
    if (isThere !== model.exists) throw new Error(`the guest is ${isThere ? '' : 'not '}there`);
  }

  /** @returns whether the product said yes; undefined where it was not asked. */
  private async act(sequence: Sequence, step: Step): Promise<boolean | undefined> {
    const { vmid, model } = sequence;
    switch (step.do) {
      case 'ask':
        return this.ask(sequence, step.by);
      case 'approve':
      case 'reject':
      case 'cancel':
        return (await this.decide(sequence, step.by, step.do, {}, step.do)).status === 200;
      case 'get-code': {
        const { status, body } = await this.decide(sequence, step.by, step.verdict, { verdict: step.verdict }, 'code');
        if (status === 201) sequence.codes.push({ code: body.code, verdict: step.verdict });
        return status === 201;
      }
      case 'send-code': {
        const { code, verdict } = sequence.codes[step.which % sequence.codes.length]!;
        return this.driver.send(this.cluster, vmid, verdict, code, step.as);
      }
      case 'forge':
        return this.driver.send(this.cluster, vmid, step.verdict, randomBytes(16).toString('hex'), step.as);
      case 'expire':
        await this.query('update deletion_request set deadline = now() where id = $1', [sequence.requests.at(-1)]);
        return undefined;
      case 'terminate':
        await this.driver.terminate(this.cluster, vmid);
        return undefined;
      case 'revoke':
      case 'grant':
        this.isAsEver = false;
        await this.grant(step.of, step.right, step.do === 'grant');
        return undefined;
      case 'disable':
      case 'enable':
        this.isAsEver = false;
        await this.enable(step.of, step.do === 'enable');
        return undefined;
      case 'freeze':
      case 'unfreeze':
        this.isAsEver = false;
        await this.freeze(step.do === 'freeze');
        return undefined;
      case 'forbid-writes':
      case 'allow-writes':
        this.isAsEver = false;
        await this.lab.allow(this.cluster, step.do === 'allow-writes');
        return undefined;
      default:
        this.changeGuest(vmid, step, model.latest);
        return undefined;
    }
  }

  private async ask({ vmid, requests, model }: Sequence, by: Person): Promise<boolean> {
    const body = { endpoint_id: this.cluster.id, vmid, kind: 'qemu', reason: 'no longer needed' };
    const answer = await this.actors[by].say('POST', '', body);
    if (answer.status === 201) requests.push(answer.body.id);
    const isNew = model.requests.length === requests.length;
    if (answer.status < 300 && !isNew)
      throw new Error(`asking was answered ${answer.status}, with a request of ${answer.body.id}`);
    return answer.status < 300;
  }

  /** As somebody who looks at the request at this moment. */
  private async decide({ requests }: Sequence, by: Person, verdict: Verdict, more: object, path: Verdict | 'code') {
    const id = requests.at(-1) ?? '';
    const { body: seen, etag } = await this.lab.approver.say('GET', `/${id}`);
    const given = { approve: { digest: seen.digest, name: seen.name }, reject: { reason: 'still in use' }, cancel: {} }[verdict];
    const answer = await this.actors[by].say('POST', `/${id}/${path}`, { ...given, ...more }, { 'if-match': etag });
    if (answer.status >= 500) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  private changeGuest(vmid: number, step: Step, latest: ModelRequest | undefined): void {
    const { world } = this.cluster.proxmox;
    const guest = vm(vmid, `vm-${vmid}`, { power: 'stopped', config: { tags: PENDING_DELETION } });
    if (step.do === 'start' || step.do === 'stop')
      world.changeGuest(vmid, { power: step.do === 'start' ? 'running' : 'stopped' });
    else if (step.do === 'tag') world.changeGuest(vmid, { config: { tags: PENDING_DELETION } });
    else if (step.do === 'untag') world.changeGuest(vmid, { remove: ['tags'] });
    else if (step.do === 'configure') world.changeGuest(vmid, { config: { memory: String(step.memory) } });
    else if (step.do === 'snapshot') world.changeGuest(vmid, { config: { parent: `before-${latest?.round ?? 0}` } });
    else if (step.do === 'vanish') world.destroyGuest(vmid);
    else if (step.do === 'move') {
      const { nodes } = world.truth();
      world.changeGuest(vmid, { node: nodes.find(name => name !== world.guest(vmid).node) ?? '' });
    } else if (step.do === 'recreate') {
      if (world.truth().guests.some(each => each.vmid === vmid)) world.recreateGuest(guest);
      else world.createGuest(guest);
    }
    // Every node tells the others at once, which takes seconds in a real cluster.
    world.tick();
  }

  /** Until the product stands where the model does. */
  private async settle({ vmid, model, requests }: Sequence, after: string): Promise<void> {
    const { latest } = model;
    const id = requests.at(-1);
    if (!latest || id === undefined) return;
    const isClosed = !model.hasOpen;
    let seen: unknown;
    for (let looks = 0; looks < (this.driver.isDone ? 3 : 60); looks++) {
      await this.driver.look(this.cluster, vmid);
      for (let reads = 0; reads < 40; reads++) {
        const [row] = await this.query<{ state: string; round: number; prepared: boolean; closed: boolean }>(
          'select state, round, digest is not null as prepared, closed_at is not null as closed from deletion_request where id = $1',
          [id],
        );
        seen = row;
        const stands = row?.state === latest.state && row.round === latest.round;
        if (stands && (isClosed ? row.closed : row.prepared)) return;
        if (this.driver.isDone) break;
        await sleep(25);
      }
    }
    throw new Error(
      `after ${after} the request should be ${latest.state} in round ${latest.round}, and is ${JSON.stringify(seen)}`,
    );
  }

  private async grant(person: Person, right: Right, on: boolean): Promise<void> {
    const { id: userId } = this.actors[person];
    const roleId = this.roles.get(right) ?? '';
    if (on) await bindRole(this.lab.world.database.pool, { id: randomUUID(), userId, roleId, endpointId: null });
    else await this.query('delete from role_binding where user_id = $1 and role_id = $2', [userId, roleId]);
  }

  private async enable(person: Person, on: boolean): Promise<void> {
    await this.query('update app_user set enabled = $2 where id = $1', [this.actors[person].id, on]);
  }

  private async freeze(on: boolean): Promise<void> {
    await this.lab.change(this.cluster, { policy: { deletion_frozen: on ? 'the yearly audit' : null } });
  }

  private async query<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    return (await this.lab.world.database.pool.query<Row>(sql, values)).rows;
  }
}
