/** Custom links and saved filters in NetBox: made once for a version and an address, and not asked for again by the runs that follow. */
import { createHash } from 'node:crypto';
import type { NetBoxClient } from '../../clients/netbox/client';
import { NetBoxPermissionError, NetBoxValidationError } from '../../clients/netbox/errors';
import type { ReflectionStore } from '../../database/reflection-store';
import { type Extra, netboxExtras } from '../../domain/reflection/extras';
import type { Finding } from '../../domain/reflection/findings';
import { textIn } from '../../domain/reflection/kind';

type Netbox = Pick<NetBoxClient, 'listAll' | 'create' | 'update'>;

interface ExtrasDeps {
  netbox: Netbox;
  netboxUrl: string;
  publicUrl: string | undefined;
  store: Pick<ReflectionStore, 'loadExtras' | 'saveExtras' | 'withLock'>;
}

/**
 * Sees to it that NetBox has them. Nothing of it ends a run: what NetBox refuses is told, and tried again a day later.
 * @param forget it may not be the NetBox that was given them: it was restored, or the endpoint is new.
 */
export async function ensureExtras(deps: ExtrasDeps, netboxVersion: string, { forget }: { forget: boolean }): Promise<Finding[]> {
  const { store, netboxUrl } = deps;
  const extras = netboxExtras(deps.publicUrl);
  const digest = createHash('sha256')
    .update(JSON.stringify([netboxVersion, extras]))
    .digest('hex');
  const remembered = async () => {
    const memory = await store.loadExtras(netboxUrl);
    return memory?.digest === digest && !memory.again ? memory : undefined;
  };
  const known = forget ? undefined : await remembered();
  if (known) return findingsOf(known.refused);
  return store.withLock('netbox extras', async () => {
    // Another endpoint's run may have seen to it meanwhile.
    const meanwhile = forget ? undefined : await remembered();
    if (meanwhile) return findingsOf(meanwhile.refused);
    const { refused } = await makeExtras(deps.netbox, extras);
    const words = refused.length === 0 ? null : [...new Set(refused)].join(' ');
    await store.saveExtras(netboxUrl, { digest, refused: words });
    return findingsOf(words);
  });
}

export interface MadeExtras {
  created: number;
  patched: number;
  /** What NetBox refused, in its words. */
  refused: string[];
}

/** Makes what is missing, and corrects what is ours of the rest. A second call writes nothing. */
export async function makeExtras(netbox: Netbox, extras: readonly Extra[]): Promise<MadeExtras> {
  const made: MadeExtras = { created: 0, patched: 0, refused: [] };
  for (const path of new Set(extras.map(extra => extra.path))) {
    const wanted = extras.filter(extra => extra.path === path);
    await orRefused(made, path, async () => {
      const existing = await find(netbox, wanted);
      for (const extra of wanted) await orRefused(made, `${path} "${extra.key}"`, () => make(netbox, extra, existing, made));
    });
  }
  return made;
}

type Existing = ReadonlyMap<string, { id: number } & Record<string, unknown>>;

async function find(netbox: Netbox, wanted: readonly Extra[]): Promise<Existing> {
  const [first] = wanted;
  if (first === undefined) return new Map();
  const keys = new Set(wanted.map(({ key }) => key));
  const rows = await netbox.listAll(first.path, {
    filters: { [first.by]: [...keys] },
    fields: [first.by, ...first.kept],
    expect: row => keys.has(textIn(row[first.by])),
  });
  return new Map(rows.map(row => [textIn(row[first.by]), row]));
}

async function make(netbox: Netbox, { path, by, key, body, kept }: Extra, existing: Existing, made: MadeExtras): Promise<void> {
  const found = existing.get(key);
  if (found === undefined) {
    await netbox.create(path, { [by]: key, ...body });
    made.created++;
    return;
  }
  const other = kept.filter(field => found[field] !== body[field]);
  if (other.length === 0) return;
  await netbox.update(path, found.id, Object.fromEntries(other.map(field => [field, body[field]])));
  made.patched++;
}

async function orRefused(made: MadeExtras, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof NetBoxPermissionError) made.refused.push(`The token may not view, add or change ${what.split(' ')[0]}.`);
    else if (error instanceof NetBoxValidationError) made.refused.push(`${what}: ${error.text}`);
    else throw error;
  }
}

const findingsOf = (refused: string | null): Finding[] =>
  refused === null
    ? []
    : [
        {
          code: 'netbox-extras',
          severity: 'info',
          label: 'Links and filters',
          message: `NetBox did not take all links to these pages and saved filters: ${refused} Nothing that is reflected needs them. Give its user the permissions, or run "npm run bootstrap" with an administrator's token.`,
        },
      ];
