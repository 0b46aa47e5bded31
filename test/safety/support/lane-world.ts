import { randomUUID } from 'node:crypto';
import { bindRole } from '../../../database/repositories/people/role-bindings';
import { insertRole } from '../../../database/repositories/people/roles';
import { PENDING_DELETION } from '../../../domain/deletion/marks';
import { rolesOfRequester, type Actor, type DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import type { Merges } from './merges';
import { people, type Person, type Step } from './deletion-model';

const rights = { ask: rolesOfRequester, decide: ['authorize_deletion_request'] } as const;
type Right = keyof typeof rights;

/** An endpoint with three people of its own, and everything about it that may change while a request waits. */
export class LaneWorld {
  /** What is not as every sequence finds it, and what makes it so again. */
  private readonly amiss = new Map<string, () => Promise<void>>();

  private constructor(
    private readonly lab: DeletionLab,
    readonly cluster: Cluster,
    readonly actors: Readonly<Record<Person, Actor>>,
    private readonly roles: Readonly<Record<Right, string>>,
    private readonly merges: Merges,
  ) {}

  static async open(lab: DeletionLab, name: string, merges: Merges): Promise<LaneWorld> {
    // A seed of its own: guests of two clusters are never the same by their evidence.
    const cluster = await lab.cluster(name, [], { world: { seed: name } });
    await lab.allow(cluster, true);
    const [ann, bob, eve] = await Promise.all(people.map(person => lab.actor(`${person} of ${name}`, 'view')));
    const roles = { ask: randomUUID(), decide: randomUUID() };
    for (const right of ['ask', 'decide'] as const) {
      const role = { name: `${right} on ${name}`, description: '', permissions: [...rights[right]] };
      await insertRole(lab.world.database.pool, roles[right], role);
    }
    const world = new LaneWorld(lab, cluster, { ann: ann!, bob: bob!, eve: eve! }, roles, merges);
    for (const person of people) for (const right of ['ask', 'decide'] as const) await world.grant(person, right, true);
    return world;
  }

  /** Everything as a sequence finds it, and a new guest. */
  async begin(vmid: number): Promise<void> {
    for (const mend of [...this.amiss.values()]) await mend();
    this.amiss.clear();
    this.cluster.proxmox.world.createGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped' }));
  }

  /** @returns the request that came of it. */
  mergeDelete(vmid: number, by: Person | 'nobody'): Promise<string> {
    return this.merges.mergeDelete(this.cluster, `vm-${vmid}`, by === 'nobody' ? null : this.actors[by].id);
  }

  /** What is over needs no guest: it would be read in every sync. */
  forget(vmid: number): void {
    if (this.hasGuest(vmid)) this.cluster.proxmox.world.destroyGuest(vmid);
  }

  /** It is everybody's: no sequence leaves it off. */
  switchOn(): Promise<void> {
    return this.change({ do: 'switch-on' }, 0, 0);
  }

  tagsOf(vmid: number): string[] {
    return String(this.cluster.proxmox.world.guest(vmid).config['tags'] ?? '').split(';');
  }

  hasGuest(vmid: number): boolean {
    return this.cluster.proxmox.world.truth().guests.some(guest => guest.vmid === vmid);
  }

  /** @param round of the guest's request. */
  async change(step: Step, vmid: number, round: number): Promise<void> {
    switch (step.do) {
      case 'revoke':
      case 'grant':
        return this.turn(`${step.right} of ${step.of}`, step.do === 'grant', on => this.grant(step.of, step.right, on));
      case 'disable':
      case 'enable':
        return this.turn(step.of, step.do === 'enable', on => this.enable(step.of, on));
      case 'freeze':
      case 'unfreeze':
        return this.turn('freeze', step.do === 'unfreeze', on => this.freeze(!on));
      case 'forbid-writes':
      case 'allow-writes':
        return this.turn('writes', step.do === 'allow-writes', on => this.lab.allow(this.cluster, on));
      case 'switch-off':
      case 'switch-on':
        return this.turn('master switch', step.do === 'switch-on', on => this.lab.switchIntent(on));
      default:
        this.changeGuest(step, vmid, round);
    }
  }

  /** @param usual whether it becomes what every sequence finds. */
  private async turn(what: string, usual: boolean, to: (usual: boolean) => Promise<void>): Promise<void> {
    if (usual === !this.amiss.has(what)) return;
    await to(usual);
    if (usual) this.amiss.delete(what);
    else this.amiss.set(what, () => to(true));
  }

  private changeGuest(step: Step, vmid: number, round: number): void {
    const { world } = this.cluster.proxmox;
    const guest = vm(vmid, `vm-${vmid}`, { power: 'stopped', config: { tags: PENDING_DELETION } });
    if (step.do === 'start' || step.do === 'stop')
      world.changeGuest(vmid, { power: step.do === 'start' ? 'running' : 'stopped' });
    else if (step.do === 'tag') world.changeGuest(vmid, { config: { tags: PENDING_DELETION } });
    else if (step.do === 'untag') world.changeGuest(vmid, { remove: ['tags'] });
    else if (step.do === 'configure') world.changeGuest(vmid, { config: { memory: String(step.memory) } });
    else if (step.do === 'snapshot') world.changeGuest(vmid, { config: { parent: `before-${round}` } });
    else if (step.do === 'vanish') world.destroyGuest(vmid);
    else if (step.do === 'move') {
      const { nodes } = world.truth();
      world.changeGuest(vmid, { node: nodes.find(name => name !== world.guest(vmid).node) ?? '' });
    } else if (step.do === 'recreate') {
      if (this.hasGuest(vmid)) world.recreateGuest(guest);
      else world.createGuest(guest);
    }
    // Every node tells the others at once, which takes seconds in a real cluster.
    world.tick();
  }

  private async grant(person: Person, right: Right, on: boolean): Promise<void> {
    const { pool } = this.lab.world.database;
    const { id: userId } = this.actors[person];
    const roleId = this.roles[right];
    if (on) await bindRole(pool, { id: randomUUID(), userId, roleId, endpointId: null });
    else await pool.query('delete from role_binding where user_id = $1 and role_id = $2', [userId, roleId]);
  }

  private async enable(person: Person, on: boolean): Promise<void> {
    await this.lab.world.database.pool.query('update app_user set enabled = $2 where id = $1', [this.actors[person].id, on]);
  }

  private async freeze(on: boolean): Promise<void> {
    await this.lab.change(this.cluster, { policy: { deletion_frozen: on ? 'the yearly audit' : null } });
  }
}
