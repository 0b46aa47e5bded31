import type { LayerValues, SettingValues } from './register';

/** What a person types to let changes in NetBox change guests in Proxmox. */
export const INTENT_PHRASE = 'allow-edit-and-add-actions';

/** Whether intent is switched on: the flag alone is not enough, however it came into the database. */
export const intentEnabled = (
  values: Pick<SettingValues, 'netbox_to_proxmox_enabled' | 'netbox_to_proxmox_typed_confirmation'>,
): boolean => values.netbox_to_proxmox_enabled && values.netbox_to_proxmox_typed_confirmation === INTENT_PHRASE;

/** What is asked for; null means the default. */
export type SettingsChange = { readonly [Name in keyof LayerValues<'global'>]?: LayerValues<'global'>[Name] | null };

export type SwitchDecision = { change: SettingsChange } | { problem: string };

/**
 * A change of settings with the rule of the typed phrase: it comes along with each change that asks for intent to be on, and is
 * forgotten when it is switched off, so that switching it on again means typing it again. By itself it cannot be changed.
 */
export function decideIntentSwitch(change: SettingsChange): SwitchDecision {
  const { netbox_to_proxmox_enabled: enabled, netbox_to_proxmox_typed_confirmation: phrase, ...others } = change;
  if (enabled === undefined) {
    return phrase === undefined ? { change } : { problem: 'Send it together with netbox_to_proxmox_enabled.' };
  }
  if (enabled !== true) {
    return { change: { ...others, netbox_to_proxmox_enabled: enabled, netbox_to_proxmox_typed_confirmation: null } };
  }
  if (phrase?.trim() === INTENT_PHRASE) {
    return { change: { ...others, netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE } };
  }
  return { problem: `Type ${INTENT_PHRASE} here to let changes in NetBox change guests in Proxmox.` };
}
