/**
 * The Authorization header for a NetBox token: v1 (40 characters) goes as `Token …`, v2 (`nbt_<key>.<secret>`) as `Bearer …`;
 * a whole header value is taken as it is. Throws a TypeError, without the token, for what cannot be a header.
 */
export function authorizationHeader(token: string): string {
  const value = token.trim();
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(value)) {
    throw new TypeError('the NetBox token is empty or has characters that no token has');
  }
  if (value.includes(' ')) return value;
  return value.startsWith('nbt_') ? `Bearer ${value}` : `Token ${value}`;
}
