import type { EndpointView } from '../../endpoints/schema';
import type { Identity } from '../../auth/identity';
import { checkbox, field, fieldError, formErrors, type FormState, postForm, radio, type Typed } from '../html/form';
import { h, type Html } from '../html/h';
import { heading, link, section } from '../html/parts';
import { orNull } from '../form-input';

/** What an unchanged endpoint looks like in the form. Secrets are never in it. */
export function typedFrom(endpoint: EndpointView): Typed {
  const { tls, credentials } = endpoint;
  return {
    version: String(endpoint.version),
    name: endpoint.name,
    url: endpoint.url,
    'tls.mode': tls.mode,
    'tls.ca': tls.mode === 'ca' ? tls.ca : '',
    'tls.fingerprint': tls.mode === 'fingerprint' ? tls.fingerprint : '',
    ...(endpoint.enabled && { enabled: 'on' }),
    ...(endpoint.allowWrites && { allowWrites: 'on' }),
    siteSlug: endpoint.siteSlug ?? '',
    netboxClusterName: endpoint.netboxClusterName ?? '',
    netboxVrf: endpoint.netboxVrf ?? '',
    'credentials.read.kind': credentials.read?.kind ?? 'token',
    'credentials.read.principal': credentials.read?.principal ?? '',
    'credentials.write.kind': credentials.write?.kind ?? 'token',
    'credentials.write.principal': credentials.write?.principal ?? '',
  };
}

export const newEndpoint: Typed = { 'tls.mode': 'verify', enabled: 'on', 'credentials.read.kind': 'token' };

/** The fields as the API's body, except for credentials. */
export function fieldsFrom(typed: Typed): Record<string, unknown> {
  const mode = typed['tls.mode'] ?? '';
  return {
    name: typed['name'] ?? '',
    url: typed['url'] ?? '',
    tls: {
      mode,
      ...(mode === 'ca' && { ca: typed['tls.ca'] ?? '' }),
      ...(mode === 'fingerprint' && { fingerprint: typed['tls.fingerprint'] ?? '' }),
    },
    enabled: typed['enabled'] !== undefined,
    allowWrites: typed['allowWrites'] !== undefined,
    siteSlug: orNull(typed['siteSlug']),
    netboxClusterName: orNull(typed['netboxClusterName']),
    netboxVrf: orNull(typed['netboxVrf']),
  };
}

/** A credential as it was typed. Undefined when nothing of it was: a stored one stays as it is. */
export function credentialFrom(typed: Typed, purpose: 'read' | 'write', stored: EndpointView['credentials']['read'] = null) {
  const of = (name: string): string => typed[`credentials.${purpose}.${name}`] ?? '';
  const given = { kind: of('kind') || 'token', principal: of('principal').trim(), secret: of('secret') };
  const same = given.principal === (stored?.principal ?? '') && (stored === null || given.kind === stored.kind);
  return given.secret === '' && same ? undefined : given;
}

export function endpointForm(caller: Identity, state: FormState, endpoint?: Pick<EndpointView, 'id' | 'name'>): Html[] {
  const { typed } = state;
  const mode = typed['tls.mode'] ?? 'verify';
  const action = endpoint === undefined ? '/ui/endpoints/new' : `/ui/endpoints/${endpoint.id}/edit`;
  const back = endpoint === undefined ? '/ui/endpoints' : `/ui/endpoints/${endpoint.id}`;
  const error = formErrors(state);
  return [
    heading(endpoint === undefined ? 'Add an endpoint' : `Change ${endpoint.name}`),
    ...(error === null ? [] : [error]),
    postForm(
      caller,
      action,
      h('input', { type: 'hidden', name: 'version', value: typed['version'] ?? '' }),
      section(
        'Proxmox',
        field('name', 'Name', state, { required: true, hint: 'How you call this cluster or host.' }),
        field('url', 'Address', state, {
          required: true,
          placeholder: 'https://pve.example.com:8006',
          hint: 'Port 8006 unless you give another.',
        }),
        checkbox('enabled', 'Enabled', typed['enabled'] !== undefined, 'A disabled endpoint is not contacted.'),
        checkbox(
          'allowWrites',
          'Allow changes of its guests',
          typed['allowWrites'] !== undefined,
          'Needs a write credential. Syncs into NetBox do not.',
        ),
      ),
      section(
        'How its certificate is checked',
        fieldError(state, 'tls') ?? fieldError(state, 'tls.mode'),
        radio(
          'tls.mode',
          'verify',
          'By the authorities that this host trusts',
          mode,
          'For certificates of a public or company authority.',
        ),
        radio(
          'tls.mode',
          'ca',
          'By an authority of its own',
          mode,
          'Paste /etc/pve/pve-root-ca.pem below: what a fresh Proxmox cluster needs.',
        ),
        field('tls.ca', 'Certificate authority, in PEM', state, { rows: 5 }),
        radio('tls.mode', 'fingerprint', 'By its fingerprint', mode, 'For one host; changes with each new certificate.'),
        field('tls.fingerprint', 'SHA-256 fingerprint', state, { placeholder: 'AA:BB:…' }),
        radio('tls.mode', 'insecure', 'Not at all', mode, 'Whoever is on the way can read the secret. For a lab only.'),
      ),
      credential('read', 'Read credential', 'Reads only: give it the role PVEAuditor on /.', state, endpoint !== undefined),
      credential(
        'write',
        'Write credential',
        'Only with changes allowed; leave it empty otherwise.',
        state,
        endpoint !== undefined,
      ),
      section(
        'In NetBox',
        field('siteSlug', 'Slug of the site', state, { hint: 'Empty: the site of the installation.' }),
        field('netboxClusterName', 'Name of the cluster', state, { hint: 'When it is not the one in Proxmox.' }),
        field('netboxVrf', 'VRF of its addresses', state, { hint: 'Empty: the global table.' }),
      ),
      h(
        'div',
        { class: 'actions' },
        h('button', { type: 'submit', class: 'primary' }, endpoint === undefined ? 'Add the endpoint' : 'Save'),
        link(back, 'Leave without saving'),
      ),
    ),
  ];
}

function credential(purpose: 'read' | 'write', title: string, hint: string, state: FormState, stored: boolean): Html {
  const name = `credentials.${purpose}`;
  const kind = state.typed[`${name}.kind`] ?? 'token';
  return section(
    title,
    h('p', { class: 'hint' }, hint),
    fieldError(state, name),
    h(
      'div',
      { class: 'choices', role: 'radiogroup', 'aria-label': `Sort of ${title.toLowerCase()}` },
      radio(`${name}.kind`, 'token', 'API token', kind),
      radio(`${name}.kind`, 'password', 'Password', kind),
    ),
    field(`${name}.principal`, 'User or token', state, { placeholder: 'proxbox@pve!sync', autocomplete: 'off' }),
    field(`${name}.secret`, 'Secret', state, {
      type: 'password',
      autocomplete: 'new-password',
      ...(stored && { hint: 'Stored encrypted and never shown. Leave it empty to keep the stored one.' }),
    }),
  );
}
