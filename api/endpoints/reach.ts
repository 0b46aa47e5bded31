import { z } from 'zod';
import { parseAddress } from './address';
import { tlsSchema } from './tls';

/**
 * How an endpoint is reached, in our words (`url`, `tls`) or in those of Proxbox. The table of the latter: `use_https: false` is plain http whatever
 * `verify_ssl` says, `true` is https, whose certificate is checked unless `verify_ssl` is false.
 */
export const reachFields = {
  url: z.string().max(2_000).describe('Address of the Proxmox API; port 8006 unless given.'),
  tls: tlsSchema
    .optional()
    .describe('How its certificate is checked; by the authorities of the host where nothing else is said.'),
  use_https: z.boolean().optional().describe("Proxbox's name: the scheme of `url`, which counts before the one written there."),
  verify_ssl: z.boolean().optional().describe("Proxbox's name: true is `tls.mode` `verify`, false is `insecure`."),
};

interface Given {
  url?: string | undefined;
  tls?: z.output<typeof tlsSchema> | undefined;
  use_https?: boolean | undefined;
  verify_ssl?: boolean | undefined;
}

/** In our words alone; what was not said stays away. Notes what is wrong with it. */
export function reachOf(given: Given, context: z.RefinementCtx): { url?: string; tls?: z.output<typeof tlsSchema> } {
  const refuse = (field: keyof Given, message: string): void => context.addIssue({ code: 'custom', path: [field], message });
  const { use_https: useHttps, verify_ssl: verify } = given;
  if (given.tls !== undefined && verify !== undefined) refuse('verify_ssl', 'Give tls or verify_ssl, and not both.');
  if (given.url === undefined && useHttps !== undefined) refuse('use_https', 'Give the url, too: this is its scheme.');

  const address = given.url === undefined ? undefined : parseAddress(given.url, useHttps);
  if (address !== undefined && 'problem' in address) refuse('url', address.problem);
  const tls = given.tls ?? (verify === undefined ? undefined : ({ mode: verify ? 'verify' : 'insecure' } as const));
  return { ...(address !== undefined && 'url' in address && { url: address.url }), ...(tls !== undefined && { tls }) };
}
