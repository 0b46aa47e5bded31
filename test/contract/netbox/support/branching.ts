import type { RawAnswer, Row } from './api';
import type { NetBoxUnderTest } from './netbox';

export const branches = 'plugins/branching/branches';
export const changes = 'plugins/branching/changes';
export const branchEvents = 'plugins/branching/branch-events';

/** The headers of a request inside a branch. */
export function inside(branch: Row): Record<string, string> {
  return { 'x-netbox-branch': String(branch['schema_id']) };
}

/** A branch that NetBox has provisioned. */
export async function makeBranch(netbox: NetBoxUnderTest, values: object = {}): Promise<Row> {
  const { id } = await netbox.make(branches, { name: netbox.unique('branch'), ...values });
  return branchIn(netbox, { id }, 'ready');
}

/** The branch, once it is in a state. */
export async function branchIn(netbox: NetBoxUnderTest, { id }: { id: number }, status: string): Promise<Row> {
  return eventually(async () => {
    const branch = (await netbox.api.get(`${branches}/${id}/`)).row();
    return valueOf(branch['status']) === status ? branch : undefined;
  });
}

/** Asks for an operation of a branch, and gives its job when that has ended. */
export async function operate(
  netbox: NetBoxUnderTest,
  branch: { id: number },
  verb: 'merge' | 'sync' | 'revert',
  options: object = { commit: true },
): Promise<Row> {
  const asked = await netbox.api.post(`${branches}/${branch.id}/${verb}/`, options);
  if (asked.status !== 200) throw new Error(`${verb} was refused with ${asked.status}: ${JSON.stringify(asked.body)}`);
  return jobEnd(netbox, asked);
}

export async function jobEnd(netbox: NetBoxUnderTest, asked: RawAnswer): Promise<Row> {
  const { id } = asked.row();
  return eventually(async () => {
    const job = (await netbox.api.get(`core/jobs/${id}/`)).row();
    return ['completed', 'errored', 'failed'].includes(valueOf(job['status'])) ? job : undefined;
  });
}

/** The stored changes of a branch in the order of their making. */
export async function changesOf(netbox: NetBoxUnderTest, branch: { id: number }, query = ''): Promise<Row[]> {
  const answer = await netbox.api.get(`${changes}/?branch_id=${branch.id}&limit=1000&${query}`);
  return [...answer.rows()].sort((one, other) => one.id - other.id);
}

/** Looks until there is something, for a minute. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let left = 400; left > 0; left -= 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 150));
  }
  throw new Error('it did not come about within a minute');
}

/** The stored value of a choice. */
export function valueOf(choice: unknown): string {
  return typeof choice === 'object' && choice !== null && 'value' in choice ? String(choice.value) : '';
}
