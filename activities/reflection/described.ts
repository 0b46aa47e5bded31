import type { NetBoxClient } from '../../clients/netbox/client';
import type { Inventory } from '../../domain/reflection/inventory';
import type { describedFields, DescribedIds } from '../../domain/reflection/kind';

const paths = { role: 'dcim/device-roles', tenant: 'tenancy/tenants', platform: 'dcim/platforms' } as const;

/** Which of the ids that descriptions name there are. A description may come from another NetBox, and a wrong id would keep its whole guest out. */
export async function readDescribed(netbox: Pick<NetBoxClient, 'listByIds'>, { guests }: Inventory): Promise<DescribedIds> {
  const read = async (field: (typeof describedFields)[number]): Promise<Set<number>> => {
    const ids = [...new Set(guests.flatMap(({ metadata }) => metadata?.[field] ?? []))];
    const rows = ids.length === 0 ? [] : await netbox.listByIds(paths[field], ids, { fields: ['name'] });
    return new Set(rows.map(({ id }) => id));
  };
  const [role, tenant, platform] = await Promise.all([read('role'), read('tenant'), read('platform')]);
  return { role, tenant, platform };
}
