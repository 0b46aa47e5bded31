import { decideIntentSwitch, INTENT_PHRASE, intentEnabled } from '../../../../domain/settings/intent-switch';

const typed = (phrase: string) => ({ netbox_to_proxmox_typed_confirmation: phrase });

describe('the switch that lets changes in NetBox change guests in Proxmox', () => {
  test('is on only with its phrase, whatever stands in the database', () => {
    expect(intentEnabled({ netbox_to_proxmox_enabled: true, ...typed(INTENT_PHRASE) })).toBe(true);
    expect(intentEnabled({ netbox_to_proxmox_enabled: true, ...typed('') })).toBe(false);
    expect(intentEnabled({ netbox_to_proxmox_enabled: false, ...typed(INTENT_PHRASE) })).toBe(false);
  });

  test('takes the phrase of Proxbox, with spaces around it', () => {
    expect(decideIntentSwitch({ netbox_to_proxmox_enabled: true, ...typed(' allow-edit-and-add-actions ') })).toEqual({
      change: { netbox_to_proxmox_enabled: true, ...typed('allow-edit-and-add-actions') },
    });
  });

  test.each([[{}], [typed('')], [typed('Allow-edit-and-add-actions')], [{ netbox_to_proxmox_typed_confirmation: null }]])(
    'is not switched on with %j',
    phrase => {
      expect(decideIntentSwitch({ netbox_to_proxmox_enabled: true, ...phrase })).toEqual({
        problem: expect.stringContaining(INTENT_PHRASE) as string,
      });
    },
  );

  test.each([false, null])('forgets the phrase when it becomes %p', enabled => {
    expect(decideIntentSwitch({ netbox_to_proxmox_enabled: enabled, ...typed(INTENT_PHRASE), netbox_timeout: 60 })).toEqual({
      change: { netbox_to_proxmox_enabled: enabled, netbox_to_proxmox_typed_confirmation: null, netbox_timeout: 60 },
    });
  });

  test('leaves other changes alone, and takes no phrase by itself', () => {
    expect(decideIntentSwitch({ netbox_timeout: 60 })).toEqual({ change: { netbox_timeout: 60 } });
    expect(decideIntentSwitch(typed(INTENT_PHRASE))).toMatchObject({ problem: expect.stringContaining('together') as string });
  });
});
