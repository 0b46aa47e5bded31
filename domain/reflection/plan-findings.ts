/** What the planner tells people beside its changes. */
import type { Decision, Sides } from './decide';
import type { Finding } from './findings';
import type { Desired, Kind } from './kind';
import { isEmpty } from './values';

export const noteAmbiguous = (kind: Kind, object: Desired): Finding => ({
  ...about(kind, object),
  code: 'ambiguous',
  severity: 'warning',
  message: `More than one NetBox ${kind.name} could be ${object.label}. Nothing is written for it; remove or rename the others.`,
});

export const noteConflict = (kind: Kind, object: Desired, holder: string): Finding => ({
  ...about(kind, object),
  code: 'ip-conflict',
  severity: 'warning',
  message: `${object.label} is held by ${holder}. It is not taken from there; free it in NetBox, or give the endpoint its own VRF.`,
  detail: { holder },
});

export function noteKept(kind: Kind, object: Desired, field: string, decision: Decision, sides: Sides): Finding[] {
  const drift = decision.kind === 'drift';
  const edited = decision.kind === 'keep' && decision.because === 'edited' && !isEmpty(sides.desired);
  if (!drift && !edited) return [];
  return [
    {
      ...about(kind, object),
      code: drift ? 'drift' : 'edit-kept',
      severity: 'info',
      message: drift
        ? `${object.label}: ${field} was changed in NetBox and is wanted there; Proxmox has another value. Reflection leaves it.`
        : `${object.label}: ${field} was set in NetBox by a person and is kept.`,
      detail: { field, netbox: sides.current ?? null, proxmox: sides.desired },
    },
  ];
}

const about = (kind: Kind, { key, label }: Desired) => ({ kind: kind.name, key, label });
