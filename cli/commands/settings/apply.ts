import { command } from '../../command';
import { CommandError } from '../../errors';
import { exitCodes } from '../../exit-codes';
import { agreed } from '../../output/ask';
import { applyState } from '../../settings/apply-state';
import { compare } from '../../settings/compare';
import { comparisonLines } from '../../settings/comparison-text';
import { readCurrent } from '../../settings/state';
import { readState } from '../../settings/state-file';

export const settingsApply = command({
  name: 'apply',
  summary: 'Make the installation as a file says. Endpoints that are not in it stay.',
  arguments: ['FILE'],
  options: {
    'dry-run': { type: 'boolean', help: 'Only say what would change.' },
    yes: { type: 'boolean', short: 'y', help: 'Do not ask.' },
  },
  details: 'FILE is YAML, as settings export writes it; - for standard input. Applying it again changes nothing.',
  async run({ api, terminal, asking }, { 'dry-run': dryRun = false, yes }, [file = '']) {
    const client = api();
    const current = await readCurrent(client);
    const comparison = compare(await readState(file, current.settings.items), current);
    const { differences, create, blocked, notes } = comparison;
    if (!terminal.json && !terminal.quiet) terminal.print(comparisonLines(comparison, terminal.paints));
    const [obstacle] = blocked;
    if (obstacle !== undefined) {
      const next = 'Do that, then apply the file again.';
      const what = 'The file cannot be applied; nothing was changed.';
      throw new CommandError({ code: 'blocked', what, why: blocked.join(' '), next, exitCode: exitCodes.error });
    }
    const nothing = differences.length === 0 && create.length === 0;
    if (nothing) terminal.say('Nothing differs.');
    const apply = !nothing && !dryRun;
    if (apply) {
      if (!(await agreed(asking, yes, 'Change this?'))) return exitCodes.rejected;
      await applyState(client, comparison, current, line => terminal.say(line));
    }
    if (terminal.json) terminal.printJson({ ...comparison, applied: apply });
    for (const note of notes) terminal.say(note);
    return exitCodes.ok;
  },
});
