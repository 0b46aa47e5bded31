import { z } from 'zod';
import { ConfigError } from './errors';
import type { Environment } from './load';
import { Secret } from './secret';
import { flag, optionalText, urlText } from './variables';

/** What the environment says to `npm run demo` alone. */
export interface DemoConfig {
  /** A Proxmox to read instead of the simulated ones. */
  proxmox: DemoProxmox | undefined;
  /** Colours and redrawn lines are welcome on a terminal. */
  colors: boolean;
}

export interface DemoProxmox {
  url: string;
  tokenId: string;
  tokenSecret: Secret<string>;
  /** SHA-256 of its certificate. */
  fingerprint: string | undefined;
  /** Path of a PEM file with the certificate authority that signed it. */
  caFile: string | undefined;
  verifySsl: boolean;
}

const demoSchema = z.object({
  PROXMOX_URL: urlText(['https:', 'http:'], 'https://pve.example.com:8006'),
  PROXMOX_TOKEN_ID: optionalText,
  PROXMOX_TOKEN_SECRET: optionalText,
  PROXMOX_FINGERPRINT: optionalText,
  PROXMOX_CA: optionalText,
  PROXMOX_VERIFY_SSL: flag(true),
  NO_COLOR: optionalText,
  TERM: optionalText,
});

/** @throws ConfigError that names what is missing. */
export function loadDemoConfig(env: Environment = process.env): DemoConfig {
  const parsed = demoSchema.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(issue => ({ variable: issue.path.join('.'), problem: issue.message })));
  }
  const vars = parsed.data;
  return { proxmox: proxmoxOf(vars), colors: vars.NO_COLOR === undefined && vars.TERM !== 'dumb' };
}

function proxmoxOf(vars: z.output<typeof demoSchema>): DemoProxmox | undefined {
  const { PROXMOX_URL: url, PROXMOX_TOKEN_ID: tokenId, PROXMOX_TOKEN_SECRET: tokenSecret } = vars;
  if (url === undefined) return undefined;
  if (tokenId === undefined || tokenSecret === undefined) {
    const missing = { PROXMOX_TOKEN_ID: tokenId, PROXMOX_TOKEN_SECRET: tokenSecret };
    const problem = 'give it with PROXMOX_URL: the demo reads that Proxmox with this API token';
    const names = Object.entries(missing).flatMap(([variable, value]) => (value === undefined ? [{ variable, problem }] : []));
    throw new ConfigError(names);
  }
  return {
    url,
    tokenId,
    tokenSecret: new Secret(tokenSecret),
    fingerprint: vars.PROXMOX_FINGERPRINT,
    caFile: vars.PROXMOX_CA,
    verifySsl: vars.PROXMOX_VERIFY_SSL,
  };
}
