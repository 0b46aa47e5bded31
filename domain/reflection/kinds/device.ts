import { mainTag, support } from '../bootstrap';
import { choiceIn, customFieldValues, customFieldsIn, idIn, idsIn, textIn, type Kind } from '../kind';
import { ref, type Values } from '../values';
import { clusterRef } from './cluster';
import { siteOf } from './site';

export const deviceRef = (node: string) => ref('device', node);

/** A node of the cluster. An offline node is offline; what cannot be known leaves the status as it is. */
export const device: Kind = {
  name: 'device',
  path: 'dcim/devices',
  dependsOn: ['site', 'cluster'],
  read: { by: 'value', param: 'name', field: 'name' },
  columns: ['name', 'status', 'cluster', 'device_type', 'role', 'site', 'description', 'tags', 'custom_fields'],
  rules: {
    name: { edited: 'keep' },
    status: { flag: 'overwrite_device_status', protects: current => !['active', 'offline'].includes(String(current)) },
    cluster: {},
    device_type: { flag: 'overwrite_device_type' },
    role: { flag: 'overwrite_device_role' },
    site: { createOnly: true },
    description: { flag: 'overwrite_device_description' },
    tags: { flag: 'overwrite_device_tags', set: true },
    cf: { flag: 'overwrite_device_custom_fields' },
  },
  natural: ['site', 'name'],
  desire: context =>
    context.cluster.nodes.map(node => {
      const name = context.deviceNames[node.name] ?? node.name;
      const values: Values = {
        name,
        cluster: clusterRef,
        device_type: support('dcim/device-types', 'proxmox-generic-device'),
        role: support('dcim/device-roles', 'proxmox-node'),
        site: siteOf(context),
        description: `Proxmox Node ${node.name}`,
        tags: [mainTag],
        ...customFieldValues(context.customFields.device, {
          proxmox_node: node.name,
          proxmox_cluster: context.cluster.name,
          proxmox_link: `${context.endpoint.url}/#v1:0:=node/${node.name}`,
          proxbox_endpoint: context.endpoint.id,
        }),
      };
      if (node.status !== 'unknown') values['status'] = node.status === 'online' ? 'active' : 'offline';
      const atCreation = { tags: [mainTag, support('extras/tags', 'proxbox-discovered-node')] };
      return { key: node.name, label: name, values, atCreation };
    }),
  values: row => ({
    name: textIn(row['name']),
    status: choiceIn(row['status']),
    cluster: idIn(row['cluster']),
    device_type: idIn(row['device_type']),
    role: idIn(row['role']),
    site: idIn(row['site']),
    description: textIn(row['description']),
    tags: idsIn(row['tags']),
    ...customFieldsIn(row),
  }),
};
