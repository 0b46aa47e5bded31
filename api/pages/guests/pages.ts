import { z } from 'zod';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { findShownBy, guestTypes, listGuestReads } from '../../../database/repositories/guest-reads';
import type { ApiDependencies } from '../../dependencies';
import { Problem } from '../../errors';
import { decodeCursor, encodeCursor, pagingQuery } from '../../paging';
import { plainText } from '../../text';
import { givenQuery, withQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import { sendPage } from '../html/layout';
import { guestListBody, guestTitle } from './list';

const query = z.strictObject({
  type: z.enum(guestTypes).optional(),
  endpoint: z.uuid().optional(),
  vmid: z.coerce.number().int().min(1).max(999_999_999).optional(),
  q: plainText(100).optional(),
  ...pagingQuery,
});

const cursorSchema = z.strictObject({ endpoint: z.string(), vmid: z.int32(), type: z.string() });

/** Where in NetBox a link starts, by its own word for it, and what reflection calls the kind. */
const kinds = { vms: 'virtual-machine', devices: 'device', clusters: 'cluster' } as const;

/** The guests that syncs have seen, by their sort, and where NetBox's links to us lead. */
export function guestPages({ on }: GuardedPages, { database, netboxUrl }: ApiDependencies): void {
  on('GET /ui/guests', async (req, res) => {
    const { caller } = res.locals;
    const { cursor, limit, type, endpoint, vmid, q } = givenQuery(req, query);
    const filter = { type, endpointId: endpoint, vmid, text: q, on: caller.endpointsWith('view') };
    const [{ guests, next }, endpoints] = await Promise.all([
      listGuestReads(database, filter, { after: decodeCursor(cursor, cursorSchema), limit }),
      listEndpoints(database),
    ]);
    const body = guestListBody({
      guests,
      endpoints: endpoints.filter(({ id }) => caller.permissions('view', id)),
      filter: {
        ...(type !== undefined && { type }),
        ...(endpoint !== undefined && { endpoint }),
        ...(vmid !== undefined && { vmid: String(vmid) }),
        ...(q !== undefined && { q }),
      },
      netboxUrl,
      first: cursor === undefined,
      next: next && encodeCursor(next),
    });
    sendPage(res, { title: guestTitle(type), place: 'guests', body });
  });

  on('GET /ui/netbox/:kind/:netboxId', async (req, res) => {
    const { caller } = res.locals;
    const kind = z.enum(['vms', 'devices', 'clusters']).safeParse(req.params['kind']);
    const id = z.coerce.number().int().min(1).safeParse(req.params['netboxId']);
    const shown = kind.success && id.success ? await findShownBy(database, kinds[kind.data], id.data) : undefined;
    if (shown === undefined || !caller.permissions('view', shown.endpointId)) {
      throw new Problem(
        'not-found',
        'Nothing here belongs to this object of NetBox: no endpoint that you may see reflects it. It was made by hand or by another tool, or its endpoint was deleted here.',
      );
    }
    if (kind.data !== 'vms') return res.redirect(303, `/ui/endpoints/${shown.endpointId}`);
    const [type, vmid] = shown.key.split('/');
    res.redirect(303, withQuery('/ui/guests', { endpoint: shown.endpointId, type, vmid }));
  });
}
