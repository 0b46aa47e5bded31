import type { EndpointView } from '../../endpoints/schema';
import type { ProbeView } from '../../endpoints/probe-schema';
import { h, type Html } from '../html/h';
import { facts, link, notice, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { time } from '../html/time';

/** What a test of an endpoint's connections found. While it runs, the part asks for itself again. */
export function testBody(endpoint: Pick<EndpointView, 'id' | 'name'>, test: ProbeView): Html {
  const address = `/ui/endpoints/${endpoint.id}/test`;
  if (test.state === 'running') {
    return h(
      'div',
      { id: 'test', 'hx-get': address, 'hx-trigger': 'every 1500ms', 'hx-select': '#test', 'hx-swap': 'outerHTML' },
      notice('calm', 'Proxmox and NetBox are being asked. This takes a few seconds; without a worker nothing comes.'),
    );
  }
  const { proxmox, netbox } = test;
  return h(
    'div',
    { id: 'test' },
    verdict(test),
    proxmox && section('Proxmox', ...proxmoxParts(proxmox)),
    netbox && section('NetBox', ...netboxParts(netbox)),
    h('p', { class: 'hint' }, 'Asked by ', test.requestedBy, ' ', time(test.createdAt), '. Nothing was changed on either side. '),
    h('p', null, link(`/ui/endpoints/${endpoint.id}`, `Back to ${endpoint.name}`)),
  );
}

function verdict({ ok, proxmox, netbox }: ProbeView): Html {
  const lacks = (proxmox?.missing.length ?? 0) + (netbox?.missing.length ?? 0);
  if (ok !== true) return notice('bad', 'A sync cannot work like this: see below what to change.');
  if (lacks > 0) return notice('warn', 'A sync can work, and some things will be missing: see below.');
  return notice('good', 'Both answer, and nothing is missing.');
}

function proxmoxParts({
  problem,
  version,
  cluster,
  guests,
  binding,
  bindingMessage,
  missing,
}: NonNullable<ProbeView['proxmox']>): Html[] {
  return [
    ...(problem === null ? [] : [notice('bad', problem.message)]),
    ...(bindingMessage === null ? [] : [notice('bad', bindingMessage)]),
    facts([
      ['Version', version ?? '–'],
      ['Cluster', cluster === null ? '–' : `${cluster.name} (${cluster.mode})`],
      [
        'Nodes',
        cluster === null
          ? '–'
          : cluster.nodes.map(node => h('span', null, node.name, ' ', node.online || badge('bad', 'offline'), ' ')),
      ],
      ['Guests that it shows', guests ?? '–'],
      ['Belongs to this endpoint', binding === null ? '–' : bindings[binding]],
    ]),
    ...(missing.length === 0
      ? []
      : [
          table(
            'Missing privileges in Proxmox',
            ['Credential', 'Privilege', 'On', 'Without it is hidden', ''],
            missing.map(({ credential, privilege, path, hides, required }) =>
              row(
                credential,
                h('code', null, privilege),
                h('code', null, path),
                hides,
                required ? badge('bad', 'Needed') : badge('warn', 'Optional'),
              ),
            ),
          ),
        ]),
  ];
}

const bindings = {
  unbound: 'to no cluster yet: the first sync binds it',
  same: 'yes',
  other: badge('bad', 'no: another cluster'),
  taken: badge('bad', 'no: another endpoint has it'),
} as const;

function netboxParts({ problem, version, plugins, missing }: NonNullable<ProbeView['netbox']>): Html[] {
  const installed = Object.entries(plugins).map(([name, its]) => `${name} ${its}`);
  return [
    ...(problem === null ? [] : [notice('bad', problem.message)]),
    facts([
      ['Version', version ?? '–'],
      ['Plugins', installed.length === 0 ? 'none' : installed.join(', ')],
    ]),
    ...(missing.length === 0
      ? []
      : [
          table(
            'Missing permissions in NetBox',
            ['Object type', 'Actions', ''],
            missing.map(({ objectType, actions, required }) =>
              row(h('code', null, objectType), actions.join(', '), required ? badge('bad', 'Needed') : badge('warn', 'Optional')),
            ),
          ),
        ]),
  ];
}
