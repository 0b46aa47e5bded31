import { mainTag, support } from '../bootstrap';
import { customFieldValues, customFieldsIn, idIn, idsIn, scalarIn, textIn, type Kind } from '../kind';
import { ref } from '../values';
import { siteOf } from './site';

export const clusterKey = 'cluster';
export const clusterRef = ref('cluster', clusterKey);

export const cluster: Kind = {
  name: 'cluster',
  path: 'virtualization/clusters',
  dependsOn: ['site'],
  read: { by: 'value', param: 'name', field: 'name' },
  columns: ['name', 'type', 'description', 'scope_type', 'scope_id', 'tags', 'custom_fields', 'virtualmachine_count'],
  rules: {
    name: { edited: 'keep' },
    type: {},
    scope_type: { edited: 'keep' },
    scope_id: { edited: 'keep' },
    description: { flag: 'overwrite_cluster_description' },
    tags: { flag: 'overwrite_cluster_tags', set: true },
    cf: { flag: 'overwrite_cluster_custom_fields' },
  },
  natural: ['name'],
  desire: context => [
    {
      key: clusterKey,
      label: context.clusterName,
      values: {
        name: context.clusterName,
        type: support('virtualization/cluster-types', context.cluster.mode),
        scope_type: 'dcim.site',
        scope_id: siteOf(context),
        description: `Proxmox ${context.cluster.mode} cluster.`,
        tags: [mainTag],
        ...customFieldValues(context.customFields.cluster, { proxbox_endpoint: context.endpoint.id }),
      },
      atCreation: { tags: [mainTag, support('extras/tags', 'proxbox-discovered-cluster')] },
    },
  ],
  values: row => ({
    name: textIn(row['name']),
    type: idIn(row['type']),
    scope_type: scalarIn(row['scope_type']),
    scope_id: scalarIn(row['scope_id']),
    description: textIn(row['description']),
    tags: idsIn(row['tags']),
    ...customFieldsIn(row),
  }),
};
