import { updateOfBorn, type Born } from '../../../../domain/intent/changes/born';
import type { GuestCreate } from '../../../../domain/intent/changes/guest-change';
import { planCreate } from '../../../../domain/intent/plan/create';
import { isEmptyPlan, type GuestPlan } from '../../../../domain/intent/plan/guest-plan';
import { planUpdate } from '../../../../domain/intent/plan/update';
import { birth, create, newDisk, newInterface, options, qemu } from './support/changes';
import { ModelCluster } from './support/model';

const template = qemu({ template: '1', name: 'golden', ide2: 'local-lvm:vm-900-cloudinit,media=cdrom' }, { vmid: 900 });

const whole = {
  tags: ['blue'],
  description: 'Front end',
  comments: 'Front end\nof the shop',
  proxmox_start_at_boot: true,
  cloud_init_user: 'ops',
  cloud_init_network: '{"ip": "192.0.2.30/24", "gw": "192.0.2.1"}',
};
const parts = { disks: [newDisk({ size: 40_960 })], interfaces: [newInterface({ vlan: 20, addresses: ['192.0.2.30/24'] })] };

const births: [string, GuestCreate, Parameters<typeof birth>[0]][] = [
  [
    'from a template',
    create({ ...whole, proxmox_template_vmid: 900 }, parts),
    { template: new ModelCluster(template).live(900) },
  ],
  ['from nothing', create({ ...whole, cloud_init_network: null }, parts), {}],
  [
    'of a container',
    create(
      { tags: ['blue'], proxmox_ostemplate: 'local:vztmpl/debian-13.tar.zst', proxmox_swap: 256 },
      {
        guest: { ...create().guest, kind: 'lxc' },
        disks: [newDisk({ name: 'rootfs', size: 4096 })],
        interfaces: [newInterface({ vlan: 20, addresses: ['192.0.2.30/24'] })],
      },
    ),
    {},
  ],
];

const bornOf = ({ links, guest }: GuestPlan): Born => {
  const keys = (kind: string) => new Map(links.filter(link => link.kind === kind).map(({ netboxId, key }) => [netboxId, key]));
  return { kind: guest.kind, vmid: 200, interfaceKeys: keys('interface'), diskKeys: keys('virtual-disk') };
};

test.each(births)('a birth %s that was made leaves nothing to do', (_, change, given) => {
  const cluster = new ModelCluster(template);
  const planned = planCreate(change, birth(given), options());
  cluster.make(planned.calls);
  const again = planUpdate(updateOfBorn(change, bornOf(planned)), cluster.live(200), null, options());
  expect(again).toMatchObject({ fields: [], calls: [], refusals: [], remarks: [] });
  expect(isEmptyPlan(again)).toBe(true);
});

test('what a birth still lacks is planned for the guest that it made', () => {
  const change = create({ ...whole, vcpus: 4, proxmox_template_vmid: 900 }, parts);
  const cluster = new ModelCluster(template);
  const planned = planCreate(change, birth({ template: cluster.live(900) }), options());
  cluster.make(planned.calls.slice(0, 1));
  const again = planUpdate(updateOfBorn(change, bornOf(planned)), cluster.live(200), null, options());
  expect(again.vmid).toBe(200);
  cluster.make(again.calls);
  expect(cluster.live(200).config).toMatchObject({ cores: 4, tags: ['blue'], cloudInit: { user: 'ops' } });
  expect(isEmptyPlan(planUpdate(updateOfBorn(change, bornOf(planned)), cluster.live(200), null, options()))).toBe(true);
});
