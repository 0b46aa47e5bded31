import { REDACTED, redactText } from '../redaction';

/**
 * A configuration as it is kept and shown to whoever decides: without the password of cloud-init, and without what calls itself a secret in a free text such
 * as `args` or the notes. Proxmox gives the first as asterisks; that it does is not relied on.
 */
export const withoutConfigSecrets = (config: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key, key === 'cipassword' ? REDACTED : redactText(value)]));
