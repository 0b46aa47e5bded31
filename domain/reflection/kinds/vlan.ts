import { mainTag } from '../bootstrap';
import { idIn, scalarIn, textIn, type Candidates, type Desired, type Kind, type Match } from '../kind';
import { isRef, ref } from '../values';
import { siteOf } from './site';

export const vlanRef = (vid: number) => ref('vlan', String(vid));

/** Up to this many VLANs of a trunk are listed; above it the interface is said to carry all. */
export const maxListedTrunk = 64;

/**
 * VLANs that NICs use. An interface takes only a VLAN that is global or of its VM's own site (NetBox 4.7, measured), so they
 * are looked for in the endpoint's site.
 */
export const vlan: Kind = {
  name: 'vlan',
  path: 'ipam/vlans',
  dependsOn: ['site'],
  shared: true,
  read: { by: 'value', param: 'vid', field: 'vid' },
  columns: ['vid', 'name', 'site'],
  rules: {
    vid: { createOnly: true },
    name: { createOnly: true },
    site: { createOnly: true },
    status: { createOnly: true },
    tags: { createOnly: true },
  },
  natural: ['vid', 'site'],
  index: row => String(row['vid']),
  match: (desired, candidates) => ofSiteElseGlobal(desired, candidates),
  desire: context => {
    const nics = context.guests.flatMap(guest => guest.nics);
    const trunked = nics.flatMap(nic => (nic.trunks && nic.trunks.length <= maxListedTrunk ? nic.trunks : []));
    const vids = new Set([...nics.flatMap(nic => nic.vlan ?? []), ...trunked]);
    return [...vids]
      .sort((a, b) => a - b)
      .map(vid => ({
        key: String(vid),
        label: `VLAN ${vid}`,
        values: { vid, name: `VLAN ${vid}`, site: siteOf(context), status: 'active', tags: [mainTag] },
      }));
  },
  values: row => ({ vid: scalarIn(row['vid']), name: textIn(row['name']), site: idIn(row['site']) }),
};

function ofSiteElseGlobal(desired: Desired, candidates: Candidates): Match {
  const { vid, site } = desired.values;
  const siteId = isRef(site) ? candidates.idOf(site) : site;
  const rows = candidates.byIndex(String(vid)).sort((a, b) => a.id - b.id);
  const row =
    rows.find(candidate => siteId !== undefined && idIn(candidate['site']) === siteId) ??
    rows.find(candidate => idIn(candidate['site']) === null);
  return row && { row };
}
