/** NetBox minor versions that the simulator plays: 5 is 4.5, and so on. */
export type Minor = 5 | 6 | 7;

/** A version as given by the caller and as announced in answers. */
export interface NetBoxVersion {
  /** For example `4.6.8`. */
  readonly full: string;
  /** For example `4.6`: the API-Version header. */
  readonly api: string;
  readonly minor: Minor;
}

const LATEST: Record<Minor, string> = { 5: '4.5.10', 6: '4.6.8', 7: '4.7.3' };

/** Reads `4.5`, `4.6`, `4.7` or a full version of these; throws for any other. */
export function parseVersion(text: string): NetBoxVersion {
  const match = /^4\.([567])(\.\d+)?$/.exec(text);
  if (!match) throw new Error(`The NetBox simulator plays 4.5, 4.6 and 4.7, not ${text}`);
  const minor = Number(match[1]) as Minor;
  return { full: match[2] ? text : LATEST[minor], api: `4.${minor}`, minor };
}
