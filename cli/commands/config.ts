import { existsSync } from 'node:fs';
import { command, type Group } from '../command';
import { writeConfigFile } from '../connection/config-file';
import { readSecret } from '../connection/secret-input';
import { baseOf, configFiles, findConnection } from '../connection/settings';
import { UsageError } from '../errors';
import { exitCodes } from '../exit-codes';
import { properties } from '../output/table';

const show = command({
  name: 'show',
  summary: 'Which API is used, and where address and token come from. The token is not shown.',
  options: {},
  run({ terminal, globals, env }) {
    const { url, urlFrom, token, tokenFrom } = findConnection(globals, env);
    const files = configFiles(globals, env).paths.map(path => ({ path, exists: existsSync(path) }));
    const shown = { url, urlFrom, tokenSet: token !== undefined, tokenFrom: tokenFrom ?? null, files };
    if (terminal.json) terminal.printJson(shown);
    else {
      terminal.print(
        properties([
          ['API', url],
          ['  from', urlFrom],
          ['token', token === undefined ? 'none' : 'set'],
          ['  from', tokenFrom],
          ...files.map(({ path, exists }): [string, string] => ['file', `${path}${exists ? '' : ' (does not exist)'}`]),
        ]),
      );
    }
    return Promise.resolve(exitCodes.ok);
  },
});

const init = command({
  name: 'init',
  summary: "Write the configuration file, readable by its owner alone: --config's, or the user's.",
  options: {
    'token-file': { type: 'string', value: 'FILE', help: 'The API key; - for standard input. Else PROXBOX_TOKEN.' },
    yes: { type: 'boolean', short: 'y', help: 'Overwrite a file that is there.' },
  },
  details: 'Needs --url, or asks for it.',
  async run({ terminal, asking, globals, env }, values) {
    const path = configFiles(globals, env).paths[0] ?? '';
    if (existsSync(path) && values.yes !== true) throw new UsageError(`${path} exists.`, 'Overwrite it with --yes.');
    if (globals.url === undefined && !asking.possible)
      throw new UsageError('--url is missing.', 'proxbox config init --url http://127.0.0.1:8800 --token-file -');
    const url = baseOf(globals.url ?? (await asking.line('Address of the API, such as http://127.0.0.1:8800:')), 'The address');
    const token = await readSecret(
      { what: 'The API key', flag: '--token-file', file: values['token-file'], variable: 'PROXBOX_TOKEN' },
      env,
      asking,
    );
    writeConfigFile(path, { url, token });
    if (terminal.json) terminal.printJson({ written: path });
    terminal.say(`Wrote ${path}. Try it: proxbox doctor`);
    return exitCodes.ok;
  },
});

export const configCommands: Group = {
  name: 'config',
  summary: 'Address and token of the API.',
  commands: [show, init],
};
