import type { JsonObject } from '../json';
import type { Reader } from '../read/reader';
import { type Row, textOf } from '../store/row';

/** A new token with its secret, as the provisioning endpoint shows it. */
export function showToken(reader: Reader, token: Row): JsonObject {
  const shown = reader.show(reader.world.type('users.token'), token, { omit: new Set(['pepper_id']) });
  return { ...shown, allowed_ips: [], token: textOf(token, 'secret') };
}
