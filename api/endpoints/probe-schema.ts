import { z } from 'zod';

const problem = z
  .strictObject({ reason: z.string().describe('The stable code that a run would end with.'), message: z.string() })
  .nullable()
  .describe('Why it could not be asked, and what to do; null when it answered.');

/** A test of an endpoint's connections, as it is shown. */
export const probeView = z
  .strictObject({
    id: z.uuid(),
    endpointId: z.uuid(),
    requestedBy: z.string(),
    state: z.enum(['running', 'done']),
    ok: z.boolean().nullable().describe('Whether a sync can work; null while it runs.'),
    proxmox: z
      .strictObject({
        problem,
        version: z.string().nullable(),
        cluster: z
          .strictObject({
            name: z.string(),
            mode: z.enum(['cluster', 'standalone']),
            nodes: z.array(z.strictObject({ name: z.string(), online: z.boolean(), fingerprint: z.string().nullable() })),
          })
          .nullable(),
        binding: z
          .enum(['unbound', 'same', 'other', 'taken'])
          .nullable()
          .describe('Whether it is the cluster that the endpoint belongs to.'),
        bindingMessage: z.string().nullable(),
        guests: z.number().int().nullable().describe('Those that the read credential shows.'),
        missing: z.array(
          z.strictObject({
            credential: z.enum(['read', 'write']),
            path: z.string(),
            privilege: z.string(),
            hides: z.string().describe('What is not seen, or cannot be done, for want of it.'),
            required: z.boolean(),
          }),
        ),
      })
      .nullable(),
    netbox: z
      .strictObject({
        problem,
        version: z.string().nullable(),
        plugins: z.record(z.string(), z.string()),
        missing: z.array(
          z.strictObject({
            objectType: z.string().describe('As permissions in NetBox name it.'),
            actions: z.array(z.enum(['view', 'add', 'change', 'delete'])),
            required: z.boolean(),
          }),
        ),
      })
      .nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'EndpointTest' });
export type ProbeView = z.output<typeof probeView>;
