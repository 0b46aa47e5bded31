/**
 * A Proxmox boolean inside a property string or a configuration: `1`, `on`, `yes`, `true` in any case are true, everything else
 * that is set is false, absent is the default (Proxmox VE 9.2 stores what was sent inside `agent` and friends).
 */
export function parseFlag(text: string | undefined, absent = false): boolean {
  if (text === undefined || text.trim() === '') return absent;
  return /^(1|on|yes|true)$/i.test(text.trim());
}

/** A whole number, or `null` when absent or not one. */
export function parseWhole(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+$/.test(text.trim()) ? Number(text) : null;
}
