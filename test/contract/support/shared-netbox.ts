import type { NetBoxTarget, RunView, SyncWorld } from '../../support/sync-world';

/** A NetBox that holds VMs of somebody else waits for a person first. */
export async function confirmed(world: SyncWorld, run: RunView): Promise<RunView> {
  if (run.state !== 'awaiting_confirmation') return run;
  const waiting = run.children?.find(child => child.state === 'awaiting_confirmation');
  const { planDigest } = await world.api<{ planDigest: string }>('GET', `/runs/${waiting?.id}`);
  const next = await world.api<RunView>('POST', `/runs/${waiting?.id}/confirm`, { planDigest });
  return world.awaitRun(next.id);
}

/** Every row of a list; the path has its query already. */
export async function list(netbox: NetBoxTarget, path: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let next: string | null = `${netbox.url}/api/${path}&limit=500`;
  while (next !== null) {
    const response: Response = await fetch(next, { headers: { authorization: netbox.token } });
    const page = (await response.json()) as { results: Record<string, unknown>[]; next: string | null };
    rows.push(...page.results);
    next = page.next;
  }
  return rows;
}

/** Leaves nothing of ours in a NetBox that others use, too. */
export async function removeCluster(netbox: NetBoxTarget, clusterId: number): Promise<void> {
  const headers = { authorization: netbox.token, 'content-type': 'application/json' };
  for (const path of ['virtualization/virtual-machines', 'dcim/devices']) {
    const rows = await list(netbox, `${path}/?cluster_id=${clusterId}&fields=id`);
    for (let start = 0; start < rows.length; start += 50) {
      const body = JSON.stringify(rows.slice(start, start + 50).map(({ id }) => ({ id })));
      await fetch(`${netbox.url}/api/${path}/`, { method: 'DELETE', headers, body });
    }
  }
  await fetch(`${netbox.url}/api/virtualization/clusters/${clusterId}/`, { method: 'DELETE', headers });
}
