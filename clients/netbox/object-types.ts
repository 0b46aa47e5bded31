import type { NetBoxClient } from './client';

/**
 * The id that stands for a model (`virtualization.vminterface`) in change log data and stored changes; it differs between
 * installations. Undefined when NetBox has no such model.
 */
export async function findObjectTypeId(netbox: NetBoxClient, name: string): Promise<number | undefined> {
  const [app, model] = name.split('.');
  const rows = await netbox.listAll('core/object-types', {
    filters: { app_label: app, model },
    fields: ['app_label', 'model'],
    expect: row => row['app_label'] === app && row['model'] === model,
  });
  return rows[0]?.id;
}
