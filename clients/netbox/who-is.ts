import { NetBoxResponseError } from './errors';
import { isRecord } from './field-errors';
import type { Transport } from './transport';

/** The name of the user whose token the transport has. NetBox 4.5 and later. */
export async function whoIs(transport: Transport): Promise<string> {
  const { body, request } = await transport.read({ method: 'GET', path: 'authentication-check' });
  const username = isRecord(body) ? body['username'] : undefined;
  if (typeof username !== 'string' || username === '')
    throw new NetBoxResponseError('the answer does not say who signed in', request);
  return username;
}
