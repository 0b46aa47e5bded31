import type { ApplyResultView } from '../../../../api/intent/schema';
import type { DeletionView } from '../../../../api/deletion/schema';
import type { RawApi, Row } from '../../../contract/netbox/support/api';
import { eventually, inside, valueOf } from '../../../contract/netbox/support/branching';
import type { RunView, SyncWorld } from '../../../support/sync-world';

const branches = 'plugins/branching/branches';
export const machines = 'virtualization/virtual-machines';

type IntentRun = RunView & { intent: ApplyResultView };

/** People and branches of NetBox, as far as deletions need them. */
export interface Merging {
  rows(path: string): Promise<Row[]>;
  vmNamed(name: string): Promise<Row>;
  /** Deletes virtual machines in a branch of this name, by whoever is named, and merges it. */
  merge(branch: string, names: readonly string[], fields?: Record<string, unknown>, by?: RawApi): Promise<Row>;
  /** The same with a branch of any name; its run, once that has ended. */
  mergeDelete(names: readonly string[], fields?: Record<string, unknown>, by?: RawApi): Promise<{ branch: Row; run: IntentRun }>;
  /** The request that a merge opened for a guest. */
  requestOf(run: IntentRun, name: string): Promise<string>;
  /** What NetBox shows of a virtual machine, without ids and times: equal before a delete and after it was taken back. */
  portrait(name: string): Promise<unknown>;
}

/** Waits until branches are watched, and their custom fields are there. */
export async function startMerging(world: SyncWorld, person: RawApi): Promise<Merging> {
  const rows = async (path: string): Promise<Row[]> =>
    (await person.get(`${path}${path.includes('?') ? '&' : '?'}limit=1000`)).rows();
  await eventually(async () => {
    const { rowCount } = await world.database.pool.query('select from branch_watch where first_event is not null');
    const fields = (await rows('extras/custom-fields/')).filter(
      ({ object_types: types }) => Array.isArray(types) && types.includes('netbox_branching.branch'),
    );
    return rowCount === 1 && fields.length === 2 ? true : undefined;
  });
  const branchIn = (id: number, status: string): Promise<Row> =>
    eventually(async () => {
      const branch = (await person.get(`${branches}/${id}/`)).row();
      return valueOf(branch['status']) === status ? branch : undefined;
    });
  const applies = async (): Promise<RunView[]> =>
    (await world.api<{ items: RunView[] }>('GET', '/runs?kind=intent-apply&limit=100')).items;
  let count = 0;

  const merging: Merging = {
    rows,
    async vmNamed(name) {
      const found = await rows(`${machines}/?name=${name}`);
      if (found.length !== 1) throw new Error(`NetBox has ${found.length} virtual machines called ${name}`);
      return found[0]!;
    },
    async merge(name, names, fields = { apply_to_proxmox: true, apply_destroy_confirmed: true }, by = person) {
      const made = (await person.post(`${branches}/`, { name, description: 'no longer needed', custom_fields: fields })).row();
      const branch = await branchIn(made.id, 'ready');
      for (const each of names) {
        const { id } = await merging.vmNamed(each);
        const answer = await by.delete(`${machines}/${id}/`, undefined, inside(branch));
        if (answer.status !== 204) throw new Error(`the delete was answered ${answer.status}`);
      }
      const merge = await person.post(`${branches}/${branch.id}/merge/`, { commit: true });
      if (merge.status !== 200) throw new Error(`the merge was answered ${merge.status}`);
      return branchIn(branch.id, 'merged');
    },
    async mergeDelete(names, fields, by) {
      const known = (await applies()).length;
      const branch = await merging.merge(`delete ${++count} of ${Date.now().toString(36)}`, names, fields, by);
      const { id } = await eventually(async () => {
        const items = await applies();
        return items.length > known ? items[0] : undefined;
      });
      await world.awaitRun(id);
      return { branch, run: await world.api<IntentRun>('GET', `/runs/${id}`) };
    },
    async requestOf(run, name) {
      const id = run.intent.results.find(result => result.name === name)?.deletionRequest;
      if (typeof id !== 'string') throw new Error(`no request for ${name}: ${JSON.stringify(run.intent.results)}`);
      await world.api<DeletionView>('GET', `/intent/deletion-requests/${id}`);
      return id;
    },
    async portrait(name) {
      const vm = await merging.vmNamed(name);
      const [nics, disks, addresses] = await Promise.all([
        rows(`virtualization/interfaces/?virtual_machine_id=${vm.id}`),
        rows(`virtualization/virtual-disks/?virtual_machine_id=${vm.id}`),
        rows(`ipam/ip-addresses/?virtual_machine_id=${vm.id}`),
      ]);
      const macs = await Promise.all(nics.map(({ id }) => rows(`dcim/mac-addresses/?vminterface_id=${id}`)));
      const byText = (items: unknown[]): unknown[] => items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      const plain = [vm, nics, disks, addresses, macs.flat()].map(part =>
        Array.isArray(part) ? byText(part.map(withoutIds)) : withoutIds(part),
      );
      return { vm: plain[0], nics: plain[1], disks: plain[2], addresses: plain[3], macs: plain[4] };
    },
  };
  return merging;
}

const ofTheMoment = new Set(['id', 'url', 'display_url', 'created', 'last_updated']);

/** Objects that stay, such as a tenant or a tag, lose their ids as well: their names tell them. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !ofTheMoment.has(key) && key !== 'assigned_object_id')
      .map(([key, inner]) => [key, withoutIds(inner)]),
  );
}
