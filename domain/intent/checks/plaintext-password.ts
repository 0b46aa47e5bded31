import type { GuestChange } from '../changes/guest-change';
import { hasPlainPassword } from '../cloud-init/user-data';
import { warning, type Check } from './check';

/** User data that everybody can read who sees the virtual machine must hold no password. */
export const plaintextPasswordCheck: Check = {
  name: 'plaintext-password',
  run({ change, warnPlaintextPassword }) {
    const data = warnPlaintextPassword ? userDataOf(change) : null;
    if (!data || !hasPlainPassword(data)) return [];
    const message =
      'The cloud-init user data of the guest holds a password in plain text, for everybody to read. Use a hash, SSH keys, or a stored secret.';
    return [warning('plaintext_password_warning', message)];
  },
};

function userDataOf(change: GuestChange): string | null {
  if (change.op === 'create') return change.vm.cloud_init_user_data;
  return change.op === 'update' ? (change.vm.cloud_init_user_data?.to ?? null) : null;
}
