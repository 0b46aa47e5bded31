import type { ProbeView } from '../../api/endpoints/probe-schema';
import { command } from '../command';
import { findEndpoint } from '../endpoints/find-endpoint';
import { complaintsOf, exitCodeOf, testConnection } from '../endpoints/test-connection';
import type { Paints } from '../output/colors';
import { properties } from '../output/table';

export const endpointTest = command({
  name: 'test',
  summary: 'Ask Proxmox and NetBox, and name every privilege and permission that is missing. Changes nothing.',
  arguments: ['NAME'],
  options: {},
  details: 'Exit code 0: a sync can work; 1: it cannot; 7: Proxmox, NetBox or a worker does not answer.',
  async run({ api, terminal }, _values, [wanted = '']) {
    const client = api();
    const test = await testConnection(client, await findEndpoint(client, wanted));
    if (terminal.json) terminal.printJson(test);
    else terminal.print(describe(test, terminal.paints));
    return exitCodeOf(test);
  },
});

function describe(test: ProbeView, { green, yellow, red }: Paints): string[] {
  const { proxmox, netbox } = test;
  const { needed, optional } = complaintsOf(test);
  const cluster = proxmox?.cluster;
  return [
    ...properties([
      ['Proxmox', proxmox?.version ?? { text: 'no answer that can be used', paint: red }],
      [
        'cluster',
        cluster && `${cluster.name} (${cluster.mode}), ${cluster.nodes.length} node(s), ${proxmox.guests ?? 0} guest(s)`,
      ],
      ['NetBox', netbox?.version ?? { text: 'no answer that can be used', paint: red }],
    ]),
    ...needed.map(text => red(text)),
    ...optional.map(text => yellow(text)),
    ...(needed.length + optional.length === 0 ? [green('Nothing is missing.')] : []),
  ];
}
