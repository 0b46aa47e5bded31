import type { DecidedAbout } from './digest';

/** What a guest's configuration says while the destroy that was approved is put off: it does not start by itself, and Proxmox refuses to destroy it. */
const asHeld = { onboot: '0', protection: '1' } as const;
const heldKeys = ['onboot', 'protection'] as const;

/** A hold of ours on a guest. */
export interface Hold {
  /** The round of approvals that it is for. */
  readonly round: number;
  /** Whether a read has shown it on the guest. */
  readonly placed: boolean;
  /** ISO 8601. Until then nothing is destroyed. */
  readonly until: string;
  /** What the configuration said before; null: nothing. */
  readonly before: Readonly<Record<(typeof heldKeys)[number], string | null>>;
}

/** Values of a configuration to write; null removes the key. */
export type ConfigValues = Readonly<Record<string, string | null>>;

type Config = Readonly<Record<string, string>>;

export const beforeHold = (config: Config): Hold['before'] => ({
  onboot: config['onboot'] ?? null,
  protection: config['protection'] ?? null,
});

/** What is to be written so that a guest is held; nothing where it is. */
export const holding = (config: Config): ConfigValues => changed(config, asHeld);

/** What is to be written so that a guest is as before its hold. What somebody else has changed since stays as it is. */
export function releasing(config: Config, { before }: Hold): ConfigValues {
  const ours = heldKeys.filter(key => config[key] === asHeld[key]);
  return changed(config, Object.fromEntries(ours.map(key => [key, before[key]])));
}

function changed(config: Config, wanted: ConfigValues): ConfigValues {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => (config[key] ?? null) !== value));
}

/** What is there, as it would be without our hold: what was approved may differ by our hold alone. */
export function withoutHold(about: DecidedAbout, hold: Hold | null): DecidedAbout {
  if (hold === null) return about;
  const config: Record<string, string> = { ...about.config };
  for (const [key, value] of Object.entries(releasing(about.config, hold))) {
    if (value === null) delete config[key];
    else config[key] = value;
  }
  return { ...about, config };
}

/** When nothing puts a destroy off any more, milliseconds since 1970; null: nothing does. */
export const heldUntil = (hold: Hold | null, round: number): number | null =>
  hold?.round === round && hold.placed ? Date.parse(hold.until) : null;
