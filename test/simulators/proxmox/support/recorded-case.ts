import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request to a real Proxmox VE 9.2 and its answer. */
export interface RecordedCase {
  case: string;
  request: {
    method: string;
    path: string;
    /** Who sent it, in words. */
    auth: string;
    params?: Record<string, unknown>;
    encoding?: 'form' | 'json' | 'query';
    rawBody?: string;
    contentType?: string;
    headers?: Record<string, string>;
  };
  status: number;
  statusText: string;
  body?: { data?: unknown; message?: string; errors?: Record<string, string>; total?: number };
  bodyText?: string;
  /** For a write that became a task: how it ended. */
  task?: { status?: { data?: { exitstatus?: string } } };
  /** For a config write: what the key reads as afterwards. */
  readBack?: unknown;
}

const FOLDER = join(__dirname, '../../../contract/proxmox/recorded');

export function readCase(name: string): RecordedCase {
  const recorded: RecordedCase = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
  return recorded;
}

/** Every case that is one request with one answer. */
export function allCases(): RecordedCase[] {
  return readdirSync(FOLDER)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => readCase(file.slice(0, -'.json'.length)))
    .filter(recorded => recorded.request?.method !== undefined && typeof recorded.status === 'number');
}

/** The configuration that a recorded `GET config` shows, without its digest. */
export function recordedConfig(name: string): Record<string, string | number> {
  const data = readCase(name).body?.data;
  if (typeof data !== 'object' || data === null) throw new Error(`${name} holds no configuration`);
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) =>
      key !== 'digest' && (typeof value === 'string' || typeof value === 'number') ? [[key, value] as const] : [],
    ),
  );
}

/** `xxx...(8192 characters)` stands for a long text. */
export function expand(value: unknown): unknown {
  const abbreviated = typeof value === 'string' ? /^([\s\S]+?)\.\.\.\((\d+) characters\)$/.exec(value) : null;
  if (abbreviated === null) return value;
  const [character = ''] = [...(abbreviated[1] ?? '')];
  return character.repeat(Number(abbreviated[2]));
}
