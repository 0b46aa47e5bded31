import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { compare } from '../../settings/compare';
import { comparisonLines } from '../../settings/comparison-text';
import { readCurrent } from '../../settings/state';
import { readState } from '../../settings/state-file';

export const settingsDiff = command({
  name: 'diff',
  summary: 'What a file wants otherwise: 3 when something, 0 when nothing.',
  arguments: ['FILE'],
  options: {},
  details: 'FILE is YAML, as settings export writes it; - for standard input.',
  async run({ api, terminal }, _values, [file = '']) {
    const current = await readCurrent(api());
    const comparison = compare(await readState(file, current.settings.items), current);
    if (terminal.json) terminal.printJson(comparison);
    else terminal.print(comparisonLines(comparison, terminal.paints));
    for (const note of [...comparison.blocked, ...comparison.notes]) terminal.say(note);
    const same = comparison.differences.length === 0 && comparison.create.length === 0 && comparison.blocked.length === 0;
    if (same) terminal.say('Nothing differs.');
    return same ? exitCodes.ok : exitCodes.planHasChanges;
  },
});
