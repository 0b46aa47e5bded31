import { z } from 'zod';
import { Secret } from '../../config/secret';
import { listOf } from '../paging';
import { plainText } from '../text';
import { parseAddress } from './address';
import { policyChangeSchema, policySchema } from './policy';
import { reachFields, reachOf } from './reach';

const secret = (schema: z.ZodString) =>
  schema
    .min(1)
    .max(1_000)
    .transform(text => new Secret(text));

const credentialSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('token'),
    principal: z
      .string()
      .max(200)
      .regex(/^[^\s:/!]+@[A-Za-z][\w.-]+![A-Za-z][\w.-]+$/, 'Give user@realm!token, such as proxbox@pve!sync.'),
    secret: secret(z.string().regex(/^\S*$/, 'A token secret has no spaces.')),
  }),
  z.strictObject({
    kind: z.literal('password'),
    principal: z
      .string()
      .max(200)
      .regex(/^[^\s:/!]+@[A-Za-z][\w.-]+$/, 'Give user@realm, such as proxbox@pve.'),
    secret: secret(z.string()),
  }),
]);

const fields = {
  name: plainText(100),
  ...reachFields,
  enabled: z.boolean().describe('A disabled endpoint is not contacted.'),
  allowWrites: z.boolean().describe('Whether guests of this endpoint may be changed at all.'),
  siteSlug: plainText(100)
    .regex(/^[-\w]+$/, 'Give the slug of a NetBox site.')
    .nullable(),
  netboxClusterName: plainText(100).nullable().describe('Name of the cluster in NetBox, when it is not the one in Proxmox.'),
  netboxVrf: plainText(100).nullable().describe('VRF of the addresses in NetBox.'),
};

const createSchema = z.strictObject({
  ...fields,
  enabled: fields.enabled.default(true),
  allowWrites: fields.allowWrites.default(false),
  siteSlug: fields.siteSlug.default(null),
  netboxClusterName: fields.netboxClusterName.default(null),
  netboxVrf: fields.netboxVrf.default(null),
  policy: policyChangeSchema.default({}),
  credentials: z
    .strictObject({ read: credentialSchema, write: credentialSchema.nullable().default(null) })
    .optional()
    .describe('May be absent for a disabled endpoint, to be entered later.'),
});
/** Also beside what is wrong elsewhere, so that a form shows all at once. */
const addressCheck = {
  path: ['url'],
  when: ({ value }: { value: unknown }) => addressIn.safeParse(value).success,
  error: ({ input }: { input?: unknown }) => problemOf(addressIn.parse(input)),
};
const addressIn = z.object({ url: z.string(), use_https: z.boolean().optional() });

function problemOf({ url, use_https }: z.output<typeof addressIn>): string | undefined {
  const address = parseAddress(url, use_https);
  return 'problem' in address ? address.problem : undefined;
}

const checkedCreateSchema = createSchema.refine(given => problemOf(given) === undefined, addressCheck);
export const endpointCreateSchema = checkedCreateSchema.transform(({ use_https, verify_ssl, ...given }, context) => {
  const { url, tls } = reachOf({ ...given, use_https, verify_ssl }, context);
  if (given.credentials === undefined && given.enabled) {
    context.addIssue({ code: 'custom', path: ['credentials'], message: 'Needed, unless enabled is false.' });
  }
  return { ...given, url: url ?? z.NEVER, tls: tls ?? ({ mode: 'verify' } as const) };
});
export type EndpointCreate = z.output<typeof endpointCreateSchema>;

const patchSchema = z.strictObject({
  ...z.object(fields).partial().shape,
  policy: policyChangeSchema.optional(),
  credentials: z
    .strictObject({
      read: credentialSchema.optional(),
      write: credentialSchema.nullable().optional().describe('Null removes it; so does allowWrites: false.'),
    })
    .optional(),
});
/** What is absent stays as it is. */
export const endpointPatchSchema = patchSchema.transform(
  ({ use_https, verify_ssl, url: _url, tls: _tls, ...given }, context) => ({
    ...given,
    ...reachOf({ url: _url, tls: _tls, use_https, verify_ssl }, context),
  }),
);
export type EndpointPatch = z.output<typeof endpointPatchSchema>;

const credentialView = z.strictObject({ kind: z.enum(['token', 'password']), principal: z.string(), set: z.literal(true) });

/** An endpoint as it is shown: never with a secret. */
export const endpointView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    tls: z.discriminatedUnion('mode', [
      z.strictObject({ mode: z.literal('verify') }),
      z.strictObject({ mode: z.literal('insecure') }),
      z.strictObject({ mode: z.literal('ca'), ca: z.string() }),
      z.strictObject({ mode: z.literal('fingerprint'), fingerprint: z.string() }),
    ]),
    enabled: z.boolean(),
    allowWrites: z.boolean(),
    siteSlug: z.string().nullable(),
    netboxClusterName: z.string().nullable(),
    netboxVrf: z.string().nullable(),
    policy: policySchema,
    credentials: z.strictObject({ read: credentialView.nullable(), write: credentialView.nullable() }),
    boundCluster: z.record(z.string(), z.unknown()).nullable().describe('What was first found behind the address.'),
    version: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Endpoint' });
export type EndpointView = z.output<typeof endpointView>;

export const endpointListView = listOf(endpointView);
export type EndpointListView = z.output<typeof endpointListView>;
