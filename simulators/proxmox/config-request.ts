import type { Call } from './call';
import { die, ParameterError } from './errors';
import { configKeys, REQUEST_SWITCHES } from './method-schema';
import { listOf } from './request-body';
import type { GuestKind } from './state';

/** What a config write asks for. */
export interface ConfigRequest {
  values: Map<string, string>;
  delete: string[];
  revert: string[];
  digest: string | undefined;
  force: boolean;
}

/** @throws ApiError 400 for contradictions and unknown keys, 500 when nothing is asked for */
export function readConfigRequest(call: Call, kind: GuestKind): ConfigRequest {
  const { params } = call;
  if (params.flag('skiplock') && call.identity !== 'root@pam')
    throw new ParameterError({ skiplock: 'Only root may use this option.' });
  const given = params.entries().filter(([key]) => !REQUEST_SWITCHES.has(key));
  const values = new Map(given.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
  const request: ConfigRequest = {
    values,
    delete: listOf(params.text('delete')),
    revert: listOf(params.text('revert')),
    digest: params.text('digest'),
    force: params.flag('force'),
  };
  // A JSON null is an option that changes nothing (Proxmox VE 9.2, measured).
  if (given.length === 0 && request.delete.length === 0 && request.revert.length === 0) die('no options specified');
  const known = configKeys(kind);
  for (const key of request.delete) {
    if (values.has(key)) throw new ParameterError({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` });
    if (!known.has(key)) throw new ParameterError({ delete: `unknown option '${key}'` });
  }
  for (const key of request.revert) {
    if (values.has(key)) throw new ParameterError({ revert: `you can't use '-${key}' and '-revert ${key}' at the same time` });
    if (!known.has(key)) throw new ParameterError({ revert: `unknown option '${key}'` });
  }
  return request;
}
