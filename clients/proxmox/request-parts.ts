/** A parameter value; `undefined` is left out, a list is joined with commas. Proxmox takes booleans only as `1` and `0`. */
export type ParameterValue = string | number | boolean | readonly string[] | undefined;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Builds an API path; what is put in is escaped: `` apiPath`/nodes/${node}/qemu/${vmid}/config` ``. */
export function apiPath(fixed: TemplateStringsArray, ...parts: readonly (string | number)[]): string {
  return fixed.reduce((path, text, index) => path + encodeURIComponent(parts[index - 1] ?? '') + text);
}

/** The node that a path addresses; `null` for calls to the cluster. */
export function nodeOfPath(path: string): string | null {
  const segment = /^\/nodes\/([^/]+)/.exec(path)?.[1];
  return segment === undefined ? null : decodeURIComponent(segment);
}

/** Throws `RangeError` for a path that could mean another call than it seems to. */
export function checkPath(path: string): void {
  if (!/^(\/[A-Za-z0-9%:@!_.~*'()+-]+)+$/.test(path) || /\/(\.|%2e){1,2}(\/|$)/i.test(path)) {
    throw new RangeError('an API path is made of escaped segments and has no query');
  }
}

/** Form encoding; `URLSearchParams` escapes `=`, `;`, `,` and `+`, on which Proxmox would split or cut a raw value. */
export function encodeForm(parameters: Parameters): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) form.append(name, formValue(value));
  }
  return form.toString();
}

function formValue(value: Exclude<ParameterValue, undefined>): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : value.join(',');
}

/** Whether a call is without effect, so that a lost answer leaves nothing unknown. */
export function isRead(call: { readonly method: string; readonly path: string }): boolean {
  return call.method === 'GET' || call.path === '/access/ticket';
}
