import type { EndpointView } from '../../api/endpoints/schema';
import type { RunView } from '../../api/runs/schema';
import { command, type Group } from '../command';
import { ifMatch } from '../connection/if-match';
import type { Context } from '../context';
import { credentialOptions, credentialsOf } from '../endpoints/credentials';
import { fieldOptions, fieldsOf } from '../endpoints/fields';
import { findEndpoint, listEndpoints } from '../endpoints/find-endpoint';
import { reportEndpoint } from '../endpoints/report';
import { UsageError } from '../errors';
import { endpointTest } from './endpoint-test';
import { type ExitCode, exitCodes } from '../exit-codes';
import { agreed } from '../output/ask';
import { table } from '../output/table';
import { tellStarted } from '../runs/started';
import { patienceOf, waitOptions } from '../runs/wait-options';

const list = command({
  name: 'list',
  summary: 'All endpoints.',
  options: {},
  async run({ api, terminal }) {
    const items = await listEndpoints(api());
    if (terminal.json) terminal.printJson({ items });
    else if (items.length === 0)
      terminal.say(
        'No endpoints yet. Add one: proxbox endpoint add NAME --address URL --principal USER@REALM!TOKEN --secret-file -',
      );
    else {
      const { bold, dim, green, yellow } = terminal.paints;
      const head = ['NAME', 'ADDRESS', 'STATE', 'CERTIFICATE', 'WRITES', 'ID'].map(text => ({ text, paint: bold }));
      const rows = items.map(endpoint => [
        endpoint.name,
        endpoint.url,
        endpoint.enabled ? { text: 'enabled', paint: green } : { text: 'disabled', paint: yellow },
        endpoint.tls.mode,
        endpoint.allowWrites ? 'allowed' : 'never',
        { text: endpoint.id, paint: dim },
      ]);
      terminal.print(table([head, ...rows]));
    }
    return exitCodes.ok;
  },
});

const show = command({
  name: 'show',
  summary: 'Everything about an endpoint; never a secret.',
  arguments: ['NAME'],
  options: {},
  async run(context, _values, [name = '']) {
    const endpoint = await findEndpoint(context.api(), name);
    if (context.terminal.json) context.terminal.printJson(endpoint);
    else context.terminal.print(reportEndpoint(endpoint));
    return exitCodes.ok;
  },
});

const add = command({
  name: 'add',
  summary: 'Add a Proxmox cluster or host.',
  arguments: ['NAME'],
  options: { ...fieldOptions, ...credentialOptions },
  details: 'Needs --address and --principal. The certificate is checked as a browser would, unless told otherwise.',
  async run(context, values, [name = '']) {
    for (const flag of ['address', 'principal'] as const) {
      if (values[flag] === undefined) throw new UsageError(`--${flag} is missing.`, 'proxbox help endpoint add');
    }
    const body = { name, ...fieldsOf(values), credentials: await credentialsOf(context, values) };
    const { body: endpoint } = await context.api().send<EndpointView>('POST', '/endpoints', { body });
    context.terminal.say(
      `Added ${endpoint.name}. See what a sync would do: proxbox sync --endpoint ${endpoint.name} --dry-run --wait`,
    );
    return tellChanged(context, endpoint);
  },
});

const set = command({
  name: 'set',
  summary: 'Change an endpoint; what is not named stays.',
  arguments: ['NAME'],
  options: { name: { type: 'string', value: 'NAME', help: 'Another name.' }, ...fieldOptions, ...credentialOptions },
  details: 'Another address or certificate needs the secrets again: they must not reach a server of somebody else.',
  async run(context, values, [wanted = '']) {
    const client = context.api();
    const before = await findEndpoint(client, wanted);
    const known = { read: before.credentials.read?.principal, write: before.credentials.write?.principal };
    const credentials = await credentialsOf(context, values, known);
    const body = {
      ...(values.name !== undefined && { name: values.name }),
      ...fieldsOf(values),
      ...(Object.keys(credentials).length > 0 && { credentials }),
    };
    if (Object.keys(body).length === 0) throw new UsageError('Nothing to change was named.', 'proxbox help endpoint set');
    const { body: endpoint } = await client.send<EndpointView>('PATCH', `/endpoints/${before.id}`, {
      body,
      headers: ifMatch(before),
    });
    return tellChanged(context, endpoint);
  },
});

const remove = command({
  name: 'remove',
  summary: 'Forget an endpoint, with its credentials. NetBox and Proxmox stay as they are.',
  arguments: ['NAME'],
  options: { confirm: { type: 'string', value: 'NAME', help: 'The name again, where nobody can be asked.' } },
  async run({ api, terminal, asking }, { confirm }, [wanted = '']) {
    const client = api();
    const endpoint = await findEndpoint(client, wanted);
    if (confirm === undefined && !asking.possible) {
      throw new UsageError(
        `Removing ${endpoint.name} cannot be undone.`,
        `proxbox endpoint remove ${endpoint.name} --confirm ${endpoint.name}`,
      );
    }
    const typed = confirm ?? (await asking.line(`This cannot be undone. Type ${endpoint.name} to remove it:`));
    if (typed !== endpoint.name)
      throw new UsageError(
        `"${typed}" is not the name of the endpoint: nothing was removed.`,
        `proxbox endpoint remove ${endpoint.name} --confirm ${endpoint.name}`,
      );
    await client.send('DELETE', `/endpoints/${endpoint.id}`, { headers: ifMatch(endpoint) });
    if (terminal.json) terminal.printJson({ removed: { id: endpoint.id, name: endpoint.name } });
    terminal.say(`Removed ${endpoint.name}.`);
    return exitCodes.ok;
  },
});

const rebind = command({
  name: 'rebind',
  summary: 'Accept that another cluster stands behind the address.',
  arguments: ['NAME'],
  options: { yes: { type: 'boolean', short: 'y', help: 'Do not ask.' } },
  async run(context, { yes }, [wanted = '']) {
    const client = context.api();
    const { id, name, url } = await findEndpoint(client, wanted);
    if (!(await agreed(context.asking, yes, `Bind ${name} to whatever cluster answers at ${url} next?`)))
      return exitCodes.rejected;
    const { body: endpoint } = await client.send<EndpointView>('POST', `/endpoints/${id}/rebind`);
    context.terminal.say(`${name} will be bound by its next sync.`);
    return tellChanged(context, endpoint);
  },
});

const relink = command({
  name: 'relink',
  summary: 'Match guests and NetBox VMs anew, as after a restore of NetBox. The plan waits for a person.',
  arguments: ['NAME'],
  options: waitOptions,
  async run(context, values, [wanted = '']) {
    const patience = values.wait === true ? patienceOf(values) : undefined;
    const client = context.api();
    const { id } = await findEndpoint(client, wanted);
    const { body: run } = await client.send<RunView>('POST', `/endpoints/${id}/relink`);
    return tellStarted(context, run, { patience });
  },
});

/** After a change. */
function tellChanged({ terminal }: Context, endpoint: EndpointView): ExitCode {
  if (terminal.json) terminal.printJson(endpoint);
  else if (!terminal.quiet) terminal.print(reportEndpoint(endpoint));
  return exitCodes.ok;
}

export const endpointCommands: Group = {
  name: 'endpoint',
  summary: 'Proxmox clusters and hosts. NAME is a name or an id.',
  commands: [list, show, add, set, remove, endpointTest, rebind, relink],
};
