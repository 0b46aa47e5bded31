import type { GuestChange } from '../../../../domain/intent/changes/guest-change';
import { withoutUserData } from '../../../../domain/intent/changes/without-user-data';
import { create, update } from './support/changes';

const DOCUMENT = '#cloud-config\nchpasswd: {users: [{name: ops, password: hunter2}]}\n';
const HARMLESS = '#cloud-config\npackages: [nginx]\n';
const VOLUME = 'local:snippets/web.yaml';

test('of a document only that there is one is kept', () => {
  for (const change of [
    create({ cloud_init_user_data: DOCUMENT }),
    update({ cloud_init_user_data: { from: DOCUMENT, to: HARMLESS } }),
    update({ cloud_init_user_data: { to: DOCUMENT } }),
  ]) {
    const kept = JSON.stringify(withoutUserData(change));
    expect(kept).toContain('cloud_init_user_data');
    expect(kept).not.toMatch(/hunter2|nginx/);
  }
});

test('volumes, an empty field and everything else stay as they are', () => {
  for (const change of [
    create({ cloud_init_user_data: VOLUME }),
    create({ cloud_init_user_data: null }),
    update({ cloud_init_user_data: { from: VOLUME, to: null }, memory: { to: 4096 } }),
    update({ memory: { to: 4096 } }),
  ]) {
    expect(withoutUserData(change)).toEqual(change);
  }
});

test('what a virtual machine is brought back by loses a document that seems to hold a secret, and no other', () => {
  const deletion = (data: string): GuestChange => ({
    op: 'delete',
    guest: update({}).guest,
    originals: [
      {
        objectType: 'virtualization.virtualmachine',
        objectId: 7,
        original: { name: 'web', custom_fields: { cloud_init_user: 'ops', cloud_init_user_data: data } },
      },
      { objectType: 'virtualization.virtualdisk', objectId: 8, original: { name: 'scsi0' } },
    ],
  });
  for (const data of [HARMLESS, VOLUME]) expect(withoutUserData(deletion(data))).toEqual(deletion(data));
  expect(withoutUserData(deletion(DOCUMENT))).toMatchObject({
    originals: [{ original: { name: 'web', custom_fields: { cloud_init_user: 'ops' } } }, { original: { name: 'scsi0' } }],
  });
  expect(JSON.stringify(withoutUserData(deletion(DOCUMENT)))).not.toContain('hunter2');
});
