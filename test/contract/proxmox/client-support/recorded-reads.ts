import type { ProxmoxClient } from '../../../../clients/proxmox/client';

interface Row {
  readonly [key: string]: unknown;
}
type Call = (client: ProxmoxClient, parts: readonly string[], query: URLSearchParams) => Promise<unknown>;
/** A call of the client, and what of the recorded data its result must show. */
export interface Read {
  readonly pattern: RegExp;
  readonly call: Call;
  readonly check: Check;
}
/** What a good answer must show of the recorded data. */
type Check = (result: unknown, data: unknown) => void;

const rows = (data: unknown): Row[] => (Array.isArray(data) ? data : []);
const column = (list: unknown, key: string) =>
  rows(list)
    .map(row => String(row[key]))
    .sort();
const lists =
  (key: string, recordedKey = key): Check =>
  (result, data) =>
    expect(column(result, key)).toEqual(column(data, recordedKey));
const guest = ([node = '', kind = '', vmid = '']: readonly string[]) =>
  ({ node, kind: kind === 'lxc' ? 'lxc' : 'qemu', vmid: Number(vmid) }) as const;
const rangeOf = (query: URLSearchParams) =>
  Object.fromEntries([...query].map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]));

export const reads: readonly Read[] = [
  {
    pattern: /^\/version$/,
    call: client => client.version(),
    check: result => expect(result).toMatchObject({ version: '9.2.11', release: '9.2', major: 9 }),
  },
  {
    pattern: /^\/access\/permissions$/,
    call: client => client.permissions(),
    check: (result, data) => {
      const flags = (paths: object) =>
        Object.entries(paths).map(([path, rights]) => [
          path,
          Object.entries(rights).map(([name, flag]) => [name, Boolean(flag)]),
        ]);
      expect(flags(result as object)).toEqual(flags(data as object));
    },
  },
  {
    pattern: /^\/cluster\/status$/,
    call: client => client.clusterStatus(),
    check: (result, data) => {
      const status = result as Awaited<ReturnType<ProxmoxClient['clusterStatus']>>;
      const cluster = rows(data).find(row => row['type'] === 'cluster');
      expect(status.cluster).toEqual(cluster ? { name: 'lab', quorate: cluster['quorate'] === 1, nodes: 2, version: 2 } : null);
      expect(status.nodes.map(node => [node.name, node.online, node.ip])).toEqual(
        rows(data)
          .filter(row => row['type'] === 'node')
          .map(row => [row['name'], row['online'] === 1, row['ip']]),
      );
    },
  },
  {
    pattern: /^\/cluster\/resources$/,
    call: client => client.clusterResources(),
    check: (result, data) => {
      const resources = result as Awaited<ReturnType<ProxmoxClient['clusterResources']>>;
      const ofType = (...types: string[]) => rows(data).filter(row => types.includes(String(row['type'])));
      expect(resources.guests.map(row => [`${row.kind}/${row.vmid}`, row.name, row.status, row.node])).toEqual(
        ofType('qemu', 'lxc').map(row => [row['id'], row['name'] ?? null, row['status'], row['node']]),
      );
      expect(column(resources.nodes, 'node')).toEqual(column(ofType('node'), 'node'));
      expect(resources.storages.map(row => `storage/${row.node}/${row.storage}`)).toEqual(
        ofType('storage').map(row => row['id']),
      );
      expect([...resources.pools].sort()).toEqual(column(ofType('pool'), 'pool'));
    },
  },
  {
    pattern: /^\/cluster\/options$/,
    call: client => client.clusterOptions(),
    check: (result, data) => {
      const options = data as { 'allowed-tags'?: string[]; mac_prefix?: string };
      expect(result).toMatchObject({
        allowedTags: [...(options['allowed-tags'] ?? [])].sort(),
        macPrefix: options.mac_prefix ?? null,
      });
    },
  },
  { pattern: /^\/nodes$/, call: client => client.nodes(), check: lists('node') },
  {
    pattern: /^\/nodes\/([^/]+)\/status$/,
    call: (client, [node = '']) => client.nodeStatus(node),
    check: result =>
      expect(result).toMatchObject({
        pveversion: expect.stringMatching(/^pve-manager\/9/),
        cpus: 2,
        sockets: 1,
        memoryTotal: 25276514304,
      }),
  },
  {
    pattern: /^\/nodes\/([^/]+)\/network$/,
    call: (client, [node = '']) => client.nodeNetwork(node),
    check: (result, data) => {
      lists('iface')(result, data);
      const bridge = rows(result).find(row => row['iface'] === 'vmbr0');
      if (bridge) expect(bridge).toMatchObject({ type: 'bridge', active: true, cidr: expect.stringMatching(/\/24$/) });
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/([^/]+)\/config$/,
    call: (client, parts, query) => client.guestConfig(guest(parts), { current: query.get('current') === '1' }),
    check: (result, data) => {
      const config = result as Awaited<ReturnType<ProxmoxClient['guestConfig']>>;
      const recorded = data as Row;
      const keys = Object.keys(recorded);
      expect(config).toMatchObject({
        name: recorded['name'] ?? recorded['hostname'] ?? null,
        configDigest: recorded['digest'] ?? null,
        memoryMib: Number(recorded['memory'] ?? 512),
        protection: recorded['protection'] === 1,
        lock: recorded['lock'] ?? null,
      });
      expect(config.nics.map(nic => nic.key).sort()).toEqual(keys.filter(key => /^net\d+$/.test(key)).sort());
      expect(config.nics.every(nic => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(nic.mac ?? '') && nic.model !== null)).toBe(true);
      expect(config.disks.map(disk => disk.key).sort()).toEqual(
        keys.filter(key => /^((scsi|virtio|sata|ide|efidisk|tpmstate|mp)\d+|rootfs)$/.test(key)).sort(),
      );
      expect(config.disks.every(disk => disk.source === 'cloudinit' || disk.source === 'none' || disk.sizeBytes !== null)).toBe(
        true,
      );
      expect(JSON.stringify(config)).not.toContain('*****');
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/([^/]+)\/pending$/,
    call: (client, parts) => client.guestPending(guest(parts)),
    check: (result, data) => {
      lists('key')(result, data);
      expect(rows(result).filter(row => row['deleted'] || row['pending'] !== null)).toHaveLength(
        rows(data).filter(row => 'delete' in row || 'pending' in row).length,
      );
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/([^/]+)\/status\/current$/,
    call: (client, parts) => client.guestStatus(guest(parts)),
    check: (result, data) => {
      const { vmid, status, qmpstatus, name } = data as Row;
      expect(result).toMatchObject({ vmid: Number(vmid), status, qmpstatus: qmpstatus ?? null, name: name ?? null });
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/([^/]+)\/snapshot$/,
    call: (client, parts) => client.snapshots(guest(parts)),
    check: (result, data) => {
      const { snapshots } = result as { snapshots: unknown };
      expect(column(snapshots, 'name')).toEqual(column(data, 'name').filter(name => name !== 'current'));
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(qemu)\/([^/]+)\/agent\/network-get-interfaces$/,
    call: (client, parts) => client.agentInterfaces(guest(parts)),
    check: (result, data) => {
      const answer = result as Awaited<ReturnType<ProxmoxClient['agentInterfaces']>>;
      if (!answer.available) return;
      expect(column(answer.value, 'name')).toEqual(column((data as Row)['result'], 'name'));
      expect(answer.value.find(one => one.name === 'lo')?.addresses).toContainEqual({
        address: '127.0.0.1',
        prefix: 8,
        family: 4,
      });
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(qemu)\/([^/]+)\/agent\/get-host-name$/,
    call: (client, parts) => client.agentHostName(guest(parts)),
    check: result => expect(result).toEqual({ available: true, value: 'guest-01' }),
  },
  {
    pattern: /^\/nodes\/([^/]+)\/(lxc)\/([^/]+)\/interfaces$/,
    call: (client, parts) => client.containerInterfaces(guest(parts)),
    check: (result, data) => {
      if (data === null) return expect(result).toBeNull();
      lists('name')(result, data);
      expect(result).toContainEqual(expect.objectContaining({ name: 'lo', mac: '00:00:00:00:00:00' }));
    },
  },
  { pattern: /^\/storage$/, call: client => client.storages(), check: lists('storage') },
  { pattern: /^\/nodes\/([^/]+)\/storage$/, call: (client, [node = '']) => client.nodeStorages(node), check: lists('storage') },
  {
    pattern: /^\/nodes\/([^/]+)\/storage\/([^/]+)\/content$/,
    call: (client, [node = '', storage = ''], query) => client.storageContent(node, storage, rangeOf(query)),
    check: lists('volid'),
  },
  { pattern: /^\/pools$/, call: client => client.pools(), check: lists('poolid') },
  {
    pattern: /^\/cluster\/backup$/,
    call: client => client.backupJobs(),
    check: (result, data) => {
      lists('id')(result, data);
      for (const job of rows(result))
        expect(job).toMatchObject({ enabled: true, schedule: '02:30', vmids: expect.arrayContaining([100]), all: false });
    },
  },
  { pattern: /^\/cluster\/replication$/, call: client => client.replications(), check: lists('id') },
  { pattern: /^\/cluster\/ha\/resources$/, call: client => client.haResources(), check: lists('sid') },
  {
    pattern: /^\/cluster\/ha\/status\/current$/,
    call: client => client.haStatus(),
    check: (result, data) => {
      lists('id')(result, data);
      const quorum = rows(data).find(row => row['type'] === 'quorum');
      if (quorum) expect(result).toContainEqual(expect.objectContaining({ type: 'quorum', quorate: quorum['quorate'] === 1 }));
    },
  },
  {
    pattern: /^\/cluster\/ha\/rules$/,
    call: client => client.haGroupsOrRules(),
    check: (result, data) => {
      const placement = result as { kind: string; rules: unknown };
      expect(placement.kind).toBe('rules');
      lists('rule')(placement.rules, data);
    },
  },
  {
    pattern: /^\/nodes\/([^/]+)\/tasks$/,
    call: (client, [node = ''], query) => client.nodeTasks(node, rangeOf(query)),
    check: taskRows,
  },
  { pattern: /^\/cluster\/tasks$/, call: client => client.clusterTasks(), check: taskRows },
  {
    pattern: /^\/nodes\/[^/]+\/tasks\/(UPID[^/]+)\/status$/,
    call: (client, [upid = '']) => client.taskStatus(decodeURIComponent(upid)),
    check: (result, data) => {
      const { status, exitstatus } = data as Row;
      expect(result).toMatchObject({ running: status === 'running', exitStatus: exitstatus ?? null });
    },
  },
  {
    pattern: /^\/nodes\/[^/]+\/tasks\/(UPID[^/]+)\/log$/,
    call: (client, [upid = '']) => client.taskLog(decodeURIComponent(upid)),
    check: (result, data) => {
      const texts = column(data, 't').filter(
        text => text !== 'no content' && text !== 'unable to open file - No such file or directory',
      );
      expect([...(result as { lines: string[] }).lines].sort()).toEqual(texts);
    },
  },
];

function taskRows(result: unknown, data: unknown): void {
  lists('upid')(result, data);
  const byUpid = new Map(rows(data).map(row => [row['upid'], row]));
  for (const row of rows(result)) {
    const recorded = byUpid.get(row['upid']);
    const running = recorded?.['status'] === undefined || recorded['status'] === 'RUNNING';
    expect(row['exitStatus']).toBe(running ? null : recorded?.['status']);
    expect(String(row['upid'])).toContain(`:${String(row['user'])}:`);
  }
}
