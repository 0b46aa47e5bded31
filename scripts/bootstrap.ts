import { ensureSupport } from '../activities/reflection/bootstrap';
import { makeExtras } from '../activities/reflection/extras';
import type { NetBoxClient } from '../clients/netbox/client';
import type { NetBoxValues } from '../clients/netbox/object';
import { NetBoxAuthError, NetBoxPermissionError } from '../clients/netbox/errors';
import { loadConfig } from '../config/load';
import { customFields, supportObjects } from '../domain/reflection/bootstrap';
import { netboxExtras } from '../domain/reflection/extras';
import { fail } from '../config/host/fail';
import { netboxOf } from './netbox';

const NEXT = 'Then run "npm run bootstrap" again; what was made stays and is not made twice.';

/**
 * `npm run bootstrap`: makes the tags, types, roles and custom fields that reflection stands on, and the links and filters for people, once and with an administrator's token, so
 * that the daily token needs no right to make them. What exists is left as it is; a second run makes nothing.
 */
async function main(): Promise<void> {
  const config = loadConfig();
  const netbox = netboxOf(config);
  try {
    const session = await netbox.open();
    console.log(`NetBox ${session.versionText} at ${config.netbox.url}`);
    // Asked first: without this right the fields would count as made.
    await netbox.count('extras/custom-fields');
    // Nobody else to wait for: NetBox itself refuses a second object of the same slug or name.
    const store = { withLock: async <T>(_name: string, work: () => Promise<T>): Promise<T> => work() };
    const support = await ensureSupport(telling(netbox), store, session.capabilities);
    const extras = netboxExtras(config.publicUrl);
    const made = await makeExtras(telling(netbox), extras);

    const problems = [...support.findings.map(({ message }) => message), ...made.refused];
    for (const message of problems) console.error(message);
    const wanted = supportObjects(session.capabilities).length + customFields.length + extras.length;
    const [created, patched] = [support.created + made.created, support.patched + made.patched];
    console.log(`${created} made, ${patched} changed, ${wanted - created - patched - problems.length} unchanged`);
    if (problems.length > 0) throw new Error(`${problems.length} not as needed: see above. ${NEXT}`);
  } catch (error) {
    throw explained(error);
  } finally {
    await netbox.close();
  }
}

/** The same NetBox, which says on the terminal what it writes. */
function telling(netbox: NetBoxClient): NetBoxClient {
  const made = (path: string, { slug, name }: NetBoxValues): void => console.log(`made     ${path} ${String(slug ?? name)}`);
  return {
    ...netbox,
    create: async (path, values) => {
      const row = await netbox.create(path, values);
      made(path, values);
      return row;
    },
    bulkCreate: async (path, items, options) => {
      const results = await netbox.bulkCreate(path, items, options);
      for (const { ok, item } of results) if (ok) made(path, item);
      return results;
    },
    update: async (path, id, values) => {
      const row = await netbox.update(path, id, values);
      console.log(`changed  ${path} ${id}: ${Object.keys(values).join(', ')}`);
      return row;
    },
  };
}

function explained(error: unknown): unknown {
  if (error instanceof NetBoxAuthError) {
    return new Error(`NetBox does not accept the token: ${error.message}. Set NETBOX_TOKEN to a valid one. ${NEXT}`);
  }
  if (error instanceof NetBoxPermissionError) {
    return new Error(
      `The token may not do this: ${error.message}. Set NETBOX_TOKEN to an administrator's token with write enabled; it is needed only this once. ${NEXT}`,
    );
  }
  return error;
}

main().catch(fail);
