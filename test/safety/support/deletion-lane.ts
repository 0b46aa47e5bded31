import { randomBytes } from 'node:crypto';
import type { DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { PENDING_DELETION } from '../../../domain/deletion/marks';
import { DeletionModel, type Person, type Step, type Verdict } from './deletion-model';
import { LaneWorld } from './lane-world';
import { RequestWorkflow } from './request-workflow';
import type { Merges } from './merges';
import type { Turnstile } from './turnstile';

interface Sequence {
  vmid: number;
  model: DeletionModel;
  workflow: RequestWorkflow;
  /** As the model numbers them. */
  requests: string[];
  codes: { code: string; verdict: Verdict }[];
}

/** Steps of which a workflow hears; all others it meets when it looks. */
const ofWorkflow: readonly Step['do'][] = [
  'ask',
  'merge',
  'approve',
  'reject',
  'cancel',
  'send-code',
  'forge',
  'expire',
  'look',
  'terminate',
  'reset',
  'destroy-by-hand',
];

const mostLooks = 5;

/** Sequences one after the other, each with a guest of its own, on an endpoint that nobody else touches. */
export class DeletionLane {
  /** How requests ended, or stood when their sequence was over. */
  readonly ends: string[] = [];
  private next = 100;

  private constructor(
    private readonly lab: DeletionLab,
    private readonly world: LaneWorld,
    /** Steps of all lanes pass through it, since they share the master switch. */
    private readonly turnstile: Turnstile<DeletionLane>,
  ) {}

  static async open(lab: DeletionLab, name: string, turnstile: Turnstile<DeletionLane>, merges: Merges): Promise<DeletionLane> {
    return new DeletionLane(lab, await LaneWorld.open(lab, name, merges), turnstile);
  }

  /** Takes a sequence of steps, and compares the product with the model after each. @throws Error that says where they part */
  async run(steps: readonly Step[]): Promise<void> {
    const vmid = this.next++;
    const { id } = this.world.cluster;
    const workflow = new RequestWorkflow(this.lab.world.client, id, vmid);
    const sequence: Sequence = { vmid, model: new DeletionModel(), workflow, requests: [], codes: [] };
    await this.turnstile.pass(this, () => this.world.begin(vmid));
    try {
      for (const step of steps) {
        if (!sequence.model.takes(step)) continue;
        if (step.do === 'switch-off') await this.turnstile.close(this);
        await this.turnstile.pass(this, () => this.take(sequence, step));
        if (sequence.model.isOn) this.turnstile.open(this);
      }
      await this.turnstile.pass(this, () => this.end(sequence));
    } finally {
      await this.world.switchOn();
      this.world.forget(vmid);
      this.turnstile.open(this);
    }
  }

  private async take(sequence: Sequence, step: Step): Promise<void> {
    const { model, workflow } = sequence;
    const before = model.latest?.state;
    const isWaiting = before === 'held' || before === 'blocked';
    const expected = model.take(step);
    const answer = await this.act(sequence, step);
    if (expected !== undefined && answer !== undefined && answer !== expected)
      throw new Error(`${JSON.stringify(step)} was ${answer ? 'taken' : 'refused'}, in the state ${before}`);
    if (isWaiting || step.do === 'expire') await workflow.look();
    // Whom the API refused never came as far as the workflow.
    if (isWaiting || (answer !== false && ofWorkflow.includes(step.do))) await workflow.rest();
    await this.compare(sequence, JSON.stringify(step));
  }

  private async end({ model, vmid, requests, workflow }: Sequence): Promise<void> {
    this.ends.push(...model.requests.map(({ state }) => state));
    const deletes = this.lab.deletes(this.world.cluster).filter(call => call.includes(`/${vmid} `)).length;
    if (deletes !== model.destroyed) throw new Error(`${deletes} DELETEs were sent, and ${model.destroyed} approved`);
    if (!model.hasOpen) return;
    // It is of no more interest; the reconciler need not look after it.
    await this.query('update deletion_request set ended_at = now(), closed_at = now(), state = $2 where id = $1', [
      requests.at(-1),
      'expired',
    ]);
    await workflow.end();
  }

  /** @returns whether the product said yes; undefined where it was not asked. */
  private async act(sequence: Sequence, step: Step): Promise<boolean | undefined> {
    const { vmid, model, workflow, requests, codes } = sequence;
    switch (step.do) {
      case 'ask':
        return this.ask(sequence, step.by);
      case 'merge':
        requests.push(await this.world.mergeDelete(vmid, step.by));
        return true;
      case 'approve':
      case 'reject':
      case 'cancel':
        return (await this.decide(sequence, step.by, step.do, {}, step.do)).status === 200;
      case 'get-code': {
        const { status, body } = await this.decide(sequence, step.by, step.verdict, { verdict: step.verdict }, 'code');
        if (status === 201) codes.push({ code: body.code, verdict: step.verdict });
        return status === 201;
      }
      case 'send-code': {
        const { code, verdict } = codes[step.which % codes.length]!;
        return workflow.send(verdict, code, step.as);
      }
      case 'forge':
        return workflow.send(step.verdict, randomBytes(16).toString('hex'), step.as);
      case 'outlast-codes':
        await this.query(
          'update deletion_code set expires_at = now() where decision_id in (select id from deletion_decision where request_id = any($1))',
          [requests],
        );
        return undefined;
      case 'expire':
        await this.query('update deletion_request set deadline = now() where id = $1', [requests.at(-1)]);
        return undefined;
      case 'look':
        await workflow.look();
        return undefined;
      case 'terminate':
        await workflow.terminate();
        return undefined;
      case 'reset':
        await workflow.reset(step.which);
        return undefined;
      case 'destroy-by-hand':
        await workflow.destroyByHand(requests.at(-1) ?? '');
        return undefined;
      default:
        await this.world.change(step, vmid, model.latest?.round ?? 0);
        return undefined;
    }
  }

  private async ask({ vmid, requests, model }: Sequence, by: Person): Promise<boolean> {
    const body = { endpoint_id: this.world.cluster.id, vmid, kind: 'qemu', reason: 'no longer needed' };
    const answer = await this.world.actors[by].say('POST', '', body);
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
    const answer = await this.world.actors[by].say('POST', `/${id}/${path}`, { ...given, ...more }, { 'if-match': etag });
    if (answer.status >= 500) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** A look may have failed, on a machine that is too slow for its heartbeats: what stays different is different. */
  private async compare(sequence: Sequence, after: string): Promise<void> {
    for (let looks = 1; ; looks++) {
      const difference = await this.differenceOf(sequence);
      if (difference === undefined) return;
      if (looks === mostLooks) throw new Error(`after ${after} ${difference}`);
      await sequence.workflow.look();
      await sequence.workflow.rest();
    }
  }

  private async differenceOf({ vmid, model, requests }: Sequence): Promise<string | undefined> {
    const { latest } = model;
    const id = requests.at(-1);
    if (!latest || id === undefined) return undefined;
    const [row] = await this.query<{ state: string; round: number; prepared: boolean; closed: boolean }>(
      'select state, round, digest is not null as prepared, closed_at is not null as closed from deletion_request where id = $1',
      [id],
    );
    const stands = row?.state === latest.state && row.round === latest.round && row.closed === !model.hasOpen;
    if (!stands || (!row.prepared && model.hasOpen))
      return `the request should be ${latest.state} in round ${latest.round}, and is ${JSON.stringify(row)}`;
    if (this.world.hasGuest(vmid) !== model.exists) return `the guest is ${model.exists ? 'not ' : ''}there`;
    if (model.isTagged !== undefined && this.world.tagsOf(vmid).includes(PENDING_DELETION) !== model.isTagged)
      return `the guest has ${model.isTagged ? 'not ' : ''}our tag`;
    return undefined;
  }

  private async query<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    return (await this.lab.world.database.pool.query<Row>(sql, values)).rows;
  }
}
