import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BodyTooLargeError, errorCode } from './errors';

const unzip = promisify(gunzip);

/** Reads a whole body as UTF-8, unpacking gzip, and stops with `BodyTooLargeError` beyond `maxBytes` (packed or unpacked). */
export async function readBody(body: AsyncIterable<Uint8Array>, encoding: string | undefined, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (encoding !== 'gzip' || bytes.length === 0) return bytes.toString('utf8');
  try {
    return (await unzip(bytes, { maxOutputLength: maxBytes })).toString('utf8');
  } catch (error) {
    throw errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? new BodyTooLargeError(maxBytes) : error;
  }
}
