import type { SettingView } from '../../api/settings/schema';
import { command, type Group } from '../command';
import { UsageError } from '../errors';
import { exitCodes } from '../exit-codes';
import { type Cell, properties, table } from '../output/table';
import { valueText } from '../runs/value-text';
import { assignmentOf } from '../settings/assignment';
import { findSetting, readLayer, writeLayer } from '../settings/layer';
import { settingsApply } from './settings/apply';
import { settingsDiff } from './settings/diff';
import { settingsExport } from './settings/export';

const endpointOption = {
  endpoint: { type: 'string', value: 'NAME', help: 'Of this endpoint; of the installation unless given.' },
} as const;

const list = command({
  name: 'list',
  summary: 'All settings and overwrite flags, and who decided each.',
  options: { ...endpointOption, decided: { type: 'boolean', help: 'Only what is not at its default.' } },
  async run({ api, terminal }, { endpoint, decided }) {
    const layer = await readLayer(api(), endpoint);
    const items = layer.items.filter(({ origin }) => decided !== true || origin !== 'default');
    if (terminal.json) {
      terminal.printJson({ version: layer.version, items });
      return exitCodes.ok;
    }
    const { bold, dim, green } = terminal.paints;
    const head = ['NAME', 'VALUE', 'FROM'].map(text => ({ text, paint: bold }));
    const rows = items.map(({ name, value, origin }): Cell[] => [
      name,
      valueText(value),
      { text: origin, paint: origin === 'default' ? dim : green },
    ]);
    terminal.print(table([head, ...rows]));
    return exitCodes.ok;
  },
});

const get = command({
  name: 'get',
  summary: 'One setting: its value, who decided it, and what each place says.',
  arguments: ['NAME'],
  options: endpointOption,
  async run({ api, terminal }, { endpoint }, [name = '']) {
    const setting = findSetting((await readLayer(api(), endpoint)).items, name);
    if (terminal.json) terminal.printJson(setting);
    else if (terminal.quiet) terminal.print(plainValue(setting.value));
    else terminal.print(reportSetting(setting));
    return exitCodes.ok;
  },
});

const set = command({
  name: 'set',
  summary: 'Decide a setting; "inherit" leaves it to the next place.',
  arguments: ['NAME=VALUE', '[NAME=VALUE]', '[NAME=VALUE]', '[NAME=VALUE]'],
  options: endpointOption,
  async run({ api, terminal }, { endpoint }, assignments) {
    const client = api();
    const layer = await readLayer(client, endpoint);
    const wanted = assignments.map((text): [string, unknown] => {
      const [name, value] = assignmentOf(text, 'settings set');
      const { type } = findSetting(layer.items, name);
      if (typeof value !== 'string') return [name, value];
      return [name, type === 'words' ? value.split(',').filter(word => word !== '') : value];
    });
    const names = wanted.map(([name]) => name);
    if (new Set(names).size < names.length) throw new UsageError('A setting is named twice.', 'proxbox help settings set');
    await writeLayer(client, layer, Object.fromEntries(wanted));

    const { items } = await readLayer(client, endpoint);
    const changed = names.map(name => findSetting(items, name));
    if (terminal.json) terminal.printJson({ items: changed });
    for (const { name, value, origin, variable } of changed) {
      terminal.say(`${name} is ${valueText(value)} (${origin}).`);
      if (origin === 'environment') terminal.warn(`The environment decides ${name}: ${variable} is set for the API.`);
    }
    return exitCodes.ok;
  },
});

function reportSetting(setting: SettingView): string[] {
  const { name, value, origin, description, group, environment, endpoint, global, layers, variable } = setting;
  const bounds = setting.min === null ? setting.choices?.join(', ') : `${setting.min} to ${setting.max} ${setting.unit}`;
  const said = (from: SettingView['layers'][number], its: SettingView['value'] | null): string | null =>
    layers.includes(from) && its !== null ? valueText(its) : null;
  return properties([
    ['name', name],
    ['value', valueText(value)],
    ['decided by', origin],
    ['what it does', description],
    ['group', group],
    ['takes', bounds],
    ['environment', said('environment', environment)],
    ['endpoint', said('endpoint', endpoint)],
    ['installation', said('global', global)],
    ['default', valueText(setting.default)],
    ['variable', variable],
    ['takes effect', setting.takesEffect === 'next-run' ? 'with the next run' : 'when the worker starts again'],
  ]);
}

/** For scripts. */
const plainValue = (value: SettingView['value']): string => (Array.isArray(value) ? value.join(',') : String(value));

export const settingsCommands: Group = {
  name: 'settings',
  summary: 'Settings and overwrite flags, of the installation and of endpoints; all of it as a file.',
  commands: [list, get, set, settingsExport, settingsDiff, settingsApply],
};
