import { guestKey } from '../inventory';
import { idIn, isBelow, scalarIn, textIn, type Kind, type Row } from '../kind';
import type { Values } from '../values';
import { vmRef } from './virtual-machine';

/** Disks, in MiB. NetBox sums them into the VM itself and refuses another total, so the VM's `disk` is never sent. */
export const virtualDisk: Kind = {
  name: 'virtual-disk',
  path: 'virtualization/virtual-disks',
  dependsOn: ['virtual-machine'],
  read: { by: 'parent', param: 'virtual_machine_id', kind: 'virtual-machine' },
  columns: ['name', 'virtual_machine', 'size', 'description'],
  rules: { virtual_machine: { createOnly: true }, name: { edited: 'keep' }, size: {}, description: {} },
  natural: ['virtual_machine', 'name'],
  deletable: 'config',
  togetherByGuest: true,
  stillStandsFor: isBelow('virtual_machine', row => valuesOf(row)),
  desire: ({ guests }) =>
    guests.flatMap(guest =>
      guest.disks.map(disk => ({
        key: `${guestKey(guest)}/${disk.key}`,
        guest: guestKey(guest),
        label: `${guest.givenName} ${disk.key}`,
        values: {
          virtual_machine: vmRef(guest),
          name: disk.key,
          size: disk.sizeMiB,
          description: [`Storage: ${disk.storage}`, ...(disk.format ? [`Format: ${disk.format}`] : [])].join(' | ').slice(0, 200),
        },
      })),
    ),
  values: row => valuesOf(row),
};

const valuesOf = (row: Row): Values => ({
  virtual_machine: idIn(row['virtual_machine']),
  name: textIn(row['name']),
  size: scalarIn(row['size']),
  description: textIn(row['description']),
});
