import {
  NetBoxAuthError,
  NetBoxError,
  NetBoxPermissionError,
  NetBoxResponseError,
  NetBoxTlsError,
  NetBoxUnknownOutcomeError,
  NetBoxUnsupportedVersionError,
  NetBoxValidationError,
} from '../clients/netbox/errors';
import {
  ProxmoxAddressRefusedError,
  ProxmoxAuthError,
  ProxmoxError,
  ProxmoxPermissionError,
  ProxmoxResponseError,
  ProxmoxTlsError,
  ProxmoxUnavailableError,
} from '../clients/proxmox/errors';
import type { Explanation } from '../activities/reflection/deps';

/** The one place where what happened below becomes a reason code and a sentence that tells the operator what to change. */
export function explainFailure(error: unknown): Explanation {
  if (error instanceof ProxmoxError) return explainProxmox(error);
  if (error instanceof NetBoxError) return explainNetBox(error);
  const message = error instanceof Error ? error.message : String(error);
  return { reason: 'internal', message, retryable: true };
}

function explainProxmox(error: ProxmoxError): Explanation {
  const { message } = error;
  if (error instanceof ProxmoxAuthError) return { reason: 'proxmox-auth', message, retryable: false };
  if (error instanceof ProxmoxTlsError) return { reason: 'proxmox-tls', message, retryable: false };
  if (error instanceof ProxmoxAddressRefusedError) return { reason: 'configuration', message, retryable: false };
  if (error instanceof ProxmoxPermissionError) return { reason: 'proxmox-permission', message, retryable: false };
  if (error instanceof ProxmoxResponseError) return { reason: 'proxmox-unreachable', message, retryable: true };
  if (error instanceof ProxmoxUnavailableError) return { reason: 'proxmox-unreachable', message, retryable: true };
  return { reason: 'proxmox-unreachable', message, retryable: true };
}

function explainNetBox(error: NetBoxError): Explanation {
  const { message } = error;
  if (error instanceof NetBoxAuthError) {
    return { reason: 'netbox-auth', message: `${message}. Give the worker a valid token in NETBOX_TOKEN.`, retryable: false };
  }
  if (error instanceof NetBoxPermissionError) return { reason: 'netbox-permission', message: mayNot(error), retryable: false };
  if (error instanceof NetBoxValidationError) {
    return { reason: error.request?.method === 'GET' ? 'internal' : 'writes-refused', message, retryable: false };
  }
  if (error instanceof NetBoxUnsupportedVersionError) return { reason: 'netbox-unsupported', message, retryable: false };
  if (error instanceof NetBoxTlsError) return { reason: 'netbox-unreachable', message, retryable: false };
  // The next attempt reads what happened before it sends anything.
  if (error instanceof NetBoxUnknownOutcomeError) return { reason: 'netbox-unreachable', message, retryable: true };
  if (error instanceof NetBoxResponseError) return { reason: 'netbox-unreachable', message, retryable: true };
  return { reason: 'netbox-unreachable', message, retryable: error.retryable };
}

const actions: Readonly<Record<string, string>> = { GET: 'view', POST: 'add', PATCH: 'change', DELETE: 'delete' };

/** NetBox names neither the action nor the kind of object. */
function mayNot({ message, request }: NetBoxPermissionError): string {
  if (request === undefined) return message;
  const action = actions[request.method] ?? request.method;
  const what = request.path.replace(/^\/?(api\/)?|\/$/g, '');
  return `The NetBox token may not ${action} ${what}: give its user the permission "${action}" for them, and see that the token itself may write. NetBox says: ${message}`;
}
