import { command } from '../command';
import type { Context } from '../context';
import type { Check } from '../doctor/check';
import { checkConnections } from '../doctor/connections';
import { checkDeletions } from '../doctor/deletions';
import { checkEndpoints } from '../doctor/endpoints';
import { checkIntent } from '../doctor/intent';
import { checkInstallation } from '../doctor/installation';
import { CommandError } from '../errors';
import { type ExitCode, exitCodes } from '../exit-codes';
import { type Cell, table } from '../output/table';

export const doctor = command({
  name: 'doctor',
  summary: 'Look at everything a sync needs, and say what to do where something is wrong.',
  options: { connections: { type: 'boolean', help: 'Have every endpoint ask Proxmox and NetBox, too.' } },
  async run(context, { connections }) {
    const checks = await allChecks(context, connections === true);
    const exitCode = checks.reduce<ExitCode>((worst, check) => worseOf(worst, check), exitCodes.ok);
    const { terminal } = context;
    if (terminal.json) terminal.printJson({ ok: exitCode === exitCodes.ok, checks: checks.map(shown) });
    else terminal.print(describe(checks, context));
    return exitCode;
  },
});

/** Without the API there is nothing else to ask. */
async function allChecks({ api }: Context, connections: boolean): Promise<Check[]> {
  try {
    const client = api();
    const checks = [
      ...(await checkInstallation(client)),
      ...(await checkEndpoints(client)),
      ...(await checkIntent(client)),
      ...(await checkDeletions(client)),
    ];
    return connections ? [...checks, ...(await checkConnections(client))] : checks;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { what, why, next, exitCode } = error.problem;
    const advice = next === 'proxbox doctor' ? 'Start the API, or correct the address: proxbox config show' : next;
    return [{ name: 'API', result: 'failed', detail: [what, why].filter(Boolean).join(' '), next: advice, exitCode }];
  }
}

const worseOf = (worst: ExitCode, { result, exitCode = exitCodes.error }: Check): ExitCode =>
  result === 'failed' && exitCode > worst ? exitCode : worst;

const shown = ({ name, result, detail, next }: Check): Record<string, string | null> => ({
  name,
  result,
  detail,
  next: next ?? null,
});

function describe(checks: Check[], { terminal }: Context): string[] {
  const { green, yellow, red } = terminal.paints;
  const paints = { ok: green, warning: yellow, failed: red };
  const names = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap(({ name, result, detail, next }) => {
    const cells: Cell[] = [{ text: result.padEnd(7), paint: paints[result] }, name.padEnd(names), detail];
    return [...table([cells]), ...(next === undefined ? [] : [`${' '.repeat(names + 11)}next: ${next}`])];
  });
}
