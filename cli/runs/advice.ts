import type { RunSummaryView, RunView } from '../../api/runs/schema';
import type { Problem } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { exitCodeOf, stateText } from './states';

type Advised = Pick<RunSummaryView, 'id' | 'state' | 'reason' | 'endpoint'>;

const NETBOX_SETTINGS = 'Correct NETBOX_URL and NETBOX_TOKEN of API and worker, restart them, and start the sync again.';

/** The next command after a run that ended as this one did; undefined when nothing is to be done. */
export function adviceFor({ id, state, reason, endpoint }: Advised): string | undefined {
  const name = endpoint?.name ?? endpoint?.id ?? 'NAME';
  switch (reason) {
    case 'first-run-review':
    case 'change-limit':
      return `proxbox run plan ${id}, then proxbox run confirm ${id}`;
    case 'cluster-changed':
      return `proxbox endpoint show ${name}; when the other cluster is right: proxbox endpoint rebind ${name}`;
    case 'netbox-restored':
      return `proxbox endpoint relink ${name}`;
    case 'proxmox-auth':
      return `proxbox endpoint set ${name} --principal USER@REALM!TOKEN --secret-file -`;
    case 'proxmox-tls':
      return `proxbox endpoint set ${name} --fingerprint SHA256 --secret-file -`;
    case 'proxmox-unreachable':
      return `Look at the address and the host: proxbox endpoint show ${name}`;
    case 'netbox-auth':
    case 'netbox-unreachable':
      return NETBOX_SETTINGS;
    case 'writes-refused':
      return `proxbox run plan ${id} --state refused`;
    case 'guests-not-reflected':
    case 'new-conflicts':
    case 'token-sees-only-part':
      return `proxbox run findings ${id}`;
    case 'guests-not-changed':
      return `proxbox run show ${id}; do what stands beside each guest, and plan again`;
    case 'endpoint-disabled':
      return `proxbox endpoint set ${name} --enable`;
    default:
      return state === 'completed' || state === 'cancelled' ? undefined : `proxbox run show ${id}`;
  }
}

/** What to tell about a run that somebody waited for; undefined when all is well. */
export function problemOfRun(run: RunView, exitCode: ExitCode = exitCodeOf(run)): Problem | undefined {
  if (exitCode === exitCodes.ok) return undefined;
  const cause = causeOf(run);
  return {
    code: cause.reason ?? run.state,
    what: `Run ${run.id} is ${stateText(run.state)}.`,
    why: [...new Set([run.message, cause.message])].filter(Boolean).join(' ') || undefined,
    next: adviceFor(cause),
    exitCode,
  };
}

/** A run of several endpoints is as it is because of one of them. */
function causeOf(run: RunView): RunSummaryView {
  return run.children.find(({ state }) => state === 'failed') ?? run.children.find(({ state }) => state === run.state) ?? run;
}
