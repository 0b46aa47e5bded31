import { writeFile } from 'node:fs/promises';
import { command } from '../../command';
import { exitCodes } from '../../exit-codes';
import { readCurrent, stateOf } from '../../settings/state';
import { writeYaml } from '../../settings/state-file';

export const settingsExport = command({
  name: 'export',
  summary: 'Settings, flags and endpoints as YAML; never a secret.',
  options: { output: { type: 'string', short: 'o', value: 'FILE', help: 'Write it there; to standard output unless given.' } },
  async run({ api, terminal }, { output }) {
    const state = stateOf(await readCurrent(api()));
    if (terminal.json) terminal.printJson(state);
    else {
      const yaml = await writeYaml(state);
      if (output === undefined) terminal.print(yaml.trimEnd());
      else await writeFile(output, yaml);
    }
    if (output !== undefined) terminal.say(`Wrote ${output}.`);
    return exitCodes.ok;
  },
});
