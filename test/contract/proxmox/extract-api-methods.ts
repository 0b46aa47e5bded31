/**
 * Writes `api-methods.json`: of the Proxmox VE API, as data, the methods that the client calls, with the names, types and ranges of
 * their parameters. Run it after adding a call to the list below:
 *
 *     node -r ./test/support/typescript-hook.js test/contract/proxmox/extract-api-methods.ts path/to/apidata.json
 *
 * The argument is the method tree that Proxmox's API viewer shows (an array of `{path, info, children}`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CALLED: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/access/ticket'],
  ['GET', '/version'],
  ['GET', '/access/permissions'],
  ['GET', '/cluster/status'],
  ['GET', '/cluster/resources'],
  ['GET', '/cluster/options'],
  ['GET', '/cluster/backup'],
  ['GET', '/cluster/replication'],
  ['GET', '/cluster/tasks'],
  ['GET', '/cluster/ha/resources'],
  ['GET', '/cluster/ha/status/current'],
  ['GET', '/cluster/ha/rules'],
  ['GET', '/cluster/ha/groups'],
  ['GET', '/pools'],
  ['GET', '/storage'],
  ['GET', '/nodes'],
  ['GET', '/nodes/{node}/status'],
  ['GET', '/nodes/{node}/network'],
  ['GET', '/nodes/{node}/storage'],
  ['GET', '/nodes/{node}/storage/{storage}/content'],
  ['GET', '/nodes/{node}/tasks'],
  ['GET', '/nodes/{node}/tasks/{upid}/status'],
  ['GET', '/nodes/{node}/tasks/{upid}/log'],
  ['GET', '/nodes/{node}/qemu/{vmid}/config'],
  ['GET', '/nodes/{node}/qemu/{vmid}/pending'],
  ['GET', '/nodes/{node}/qemu/{vmid}/status/current'],
  ['GET', '/nodes/{node}/qemu/{vmid}/snapshot'],
  ['GET', '/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces'],
  ['GET', '/nodes/{node}/qemu/{vmid}/agent/get-host-name'],
  ['GET', '/nodes/{node}/lxc/{vmid}/config'],
  ['GET', '/nodes/{node}/lxc/{vmid}/pending'],
  ['GET', '/nodes/{node}/lxc/{vmid}/status/current'],
  ['GET', '/nodes/{node}/lxc/{vmid}/snapshot'],
  ['GET', '/nodes/{node}/lxc/{vmid}/interfaces'],
];

const PARAMETER_FACTS = ['type', 'enum', 'minimum', 'maximum', 'maxLength'] as const;

interface ApiNode {
  readonly path: string;
  readonly info?: Readonly<
    Record<
      string,
      { readonly parameters?: { readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>> } }
    >
  >;
  readonly children?: readonly ApiNode[];
}

function everyNode(nodes: readonly ApiNode[]): ApiNode[] {
  return nodes.flatMap(node => [node, ...everyNode(node.children ?? [])]);
}

function main(source: string | undefined): void {
  if (!source) throw new Error('give the path of the API data as the argument');
  const byPath = new Map(everyNode(JSON.parse(readFileSync(source, 'utf8'))).map(node => [node.path, node]));
  const methods = CALLED.map(([method, path]) => {
    const info = byPath.get(path)?.info?.[method];
    if (!info) throw new Error(`the API has no ${method} ${path}`);
    const parameters = Object.entries(info.parameters?.properties ?? {}).map(([name, facts]) => {
      const kept = PARAMETER_FACTS.flatMap(fact => (facts[fact] === undefined ? [] : [[fact, facts[fact]]]));
      return [name, { ...Object.fromEntries(kept), optional: facts['optional'] === 1 }];
    });
    return { method, path, parameters: Object.fromEntries(parameters) };
  });
  writeFileSync(join(__dirname, 'api-methods.json'), `${JSON.stringify(methods, null, 2)}\n`);
  console.log(`${methods.length} methods`);
}

main(process.argv[2]);
