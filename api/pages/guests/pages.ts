import type { Request, Response } from 'express';
import { z } from 'zod';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { findShownBy, guestTypes, listGuestReads, type GuestRead } from '../../../database/repositories/guest-reads';
import type { ApiDependencies } from '../../dependencies';
import { Problem } from '../../errors';
import { askForPlan } from '../../intent/ask';
import { planSchema } from '../../intent/schema';
import { decodeCursor, encodeCursor, pagingQuery } from '../../paging';
import { plainText } from '../../text';
import { idOf, notFound } from '../../validate';
import { check, refusal, typedOf } from '../form-input';
import { givenQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import type { FormState, Typed } from '../html/form';
import { sendPage } from '../html/layout';
import { guestBody } from './guest';
import { guestListBody, guestTitle } from './list';

const vmidSchema = z.coerce.number().int().min(1).max(999_999_999);

const query = z.strictObject({
  type: z.enum(guestTypes).optional(),
  endpoint: z.uuid().optional(),
  vmid: vmidSchema.optional(),
  q: plainText(100).optional(),
  ...pagingQuery,
});

const cursorSchema = z.strictObject({ endpoint: z.string(), vmid: z.int32(), type: z.string() });

/** Where in NetBox a link starts, by its own word for it, and what reflection calls the kind. */
const kinds = { vms: 'virtual-machine', devices: 'device', clusters: 'cluster' } as const;

/** The guests that syncs have seen, by their sort, and where NetBox's links to us lead. */
export function guestPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, netboxUrl } = dependencies;

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

  /** The one that is there, where a VMID was given out again to the other sort. */
  const guestOf = async (req: Request): Promise<GuestRead> => {
    const vmid = vmidSchema.safeParse(req.params['vmid']);
    if (!vmid.success) throw notFound('guest');
    const filter = { endpointId: idOf(req, 'endpoint'), vmid: vmid.data, on: 'all' } as const;
    const { guests } = await listGuestReads(database, filter, { after: undefined, limit: 2 });
    const guest = guests.find(({ missingSince }) => missingSince === null) ?? guests[0];
    if (guest === undefined) throw notFound('guest');
    return guest;
  };

  const showGuest = (res: Response, guest: GuestRead, form: FormState, status = 200): void => {
    const body = guestBody({ guest, caller: res.locals.caller, netboxUrl, form });
    sendPage(res, { title: `${guest.name} (${guest.vmid})`, place: 'guests', body }, status);
  };

  on('GET /ui/endpoints/:id/guests/:vmid', async (req, res) => showGuest(res, await guestOf(req), { typed: {}, errors: {} }));

  on('POST /ui/endpoints/:id/guests/:vmid/plan', async (req, res) => {
    const guest = await guestOf(req);
    const typed = typedOf(req);
    const failed = (errors: FormState['errors']) => showGuest(res, guest, { typed, errors }, 422);
    const asked = check(planSchema, changeOf(guest, typed), typed);
    if ('errors' in asked) return failed(byField(asked.errors));
    if (wantedOf(typed).length === 0) return failed({ '': 'Nothing would change: fill in what is to be different.' });
    try {
      res.redirect(303, `/ui/intent/plans/${await askForPlan(dependencies, res.locals, asked.data)}`);
    } catch (error) {
      failed(byField(refusal(error)));
    }
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
    const [, vmid] = shown.key.split('/');
    res.redirect(303, `/ui/endpoints/${shown.endpointId}/guests/${vmid}`);
  });
}

const numbers = ['cores', 'memory_mib'];

/** What was filled in; an empty field leaves the guest's value as it is. */
const wantedOf = (typed: Typed): [name: string, value: string | number][] =>
  ['name', 'description', ...numbers].flatMap((name): [string, string | number][] => {
    const text = typed[name]?.trim() ?? '';
    if (text === '') return [];
    return [[name, numbers.includes(name) ? Number(text) : text]];
  });

const changeOf = ({ endpointId, type, vmid, netboxId }: GuestRead, typed: Typed): object => ({
  endpoint_id: endpointId,
  diffs: [
    {
      op: 'update',
      kind: type,
      ...(netboxId !== null && { netbox_id: netboxId }),
      payload: { vmid, ...Object.fromEntries(wantedOf(typed)) },
    },
  ],
});

/** `diffs.0.payload.cores` is the field `cores` of the form. */
const byField = (errors: FormState['errors']): FormState['errors'] =>
  Object.fromEntries(Object.entries(errors).map(([name, words]) => [name.replace(/^diffs\.0\.(payload\.)?/, ''), words]));
