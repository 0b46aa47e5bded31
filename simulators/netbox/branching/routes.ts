import { ApiError, Forbidden, TextRefusal } from '../errors';
import type { Action } from '../access/permissions';
import { jsonBody, type Reply } from '../http/message';
import { isObject, type Json, type JsonObject } from '../json';
import { methodNotAllowed } from '../rest/collection';
import type { Session } from '../rest/session';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import { isBranchable } from './branchable';
import type { Branching } from './branching';
import { JOB } from './jobs';
import { BRANCH, CHANGE_DIFF, dataOf } from './types';

const ACTION = /^\/api\/plugins\/branching\/branches\/(\d+)\/(sync|merge|revert|archive)\/$/;

type Verb = 'sync' | 'merge' | 'revert' | 'archive';

const WORDS: Readonly<Record<Verb, { needs: string; otherwise: string }>> = {
  sync: { needs: 'ready', otherwise: 'Branch is not ready to sync.' },
  merge: { needs: 'ready', otherwise: 'Branch is not ready to merge.' },
  revert: { needs: 'merged', otherwise: 'Only merged branches can be reverted.' },
  archive: { needs: 'merged', otherwise: 'Only merged branches can be archived.' },
};

/** The plugin's routes beside its models; undefined for all other paths. */
export function answerBranching(branching: Branching, session: Session): Reply | undefined {
  const { path, method } = session.request;
  if (path === '/api/plugins/branching/branchable-models/') {
    if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method);
    return { status: 200, body: branchableModels(session) };
  }
  const match = ACTION.exec(path);
  if (!match) return undefined;
  if (method !== 'POST') throw methodNotAllowed(method);
  return act(branching, session, Number(match[1]), match[2] as Verb);
}

function act(branching: Branching, session: Session, id: number, verb: Verb): Reply {
  const type = session.world.type(BRANCH);
  const visible = session.require(type, 'add');
  if (!session.grant(type, verb satisfies Action)) throw new Forbidden(`This user does not have permission to ${verb} branches.`);
  const branch = session.world.get(BRANCH, id);
  if (!branch || !visible(branch)) throw new ApiError(404, { detail: 'No Branch matches the given query.' });
  const { needs, otherwise } = WORDS[verb];
  if (textOf(branch, 'status') !== needs) throw new TextRefusal(400, otherwise);
  const { user } = session.caller;
  if (verb === 'archive') {
    branching.archive(branch, user);
    return { status: 200, body: session.reader.show(type, session.world.get(BRANCH, id) ?? branch) };
  }
  const { commit, acknowledged } = readOptions(jsonBody(session.request));
  if (verb !== 'revert' && !acknowledged) refuseConflicts(session, id);
  const job = branching.enqueue(verb, id, user, commit);
  return { status: 200, body: session.reader.show(session.world.type(JOB), job) };
}

/** A body that cannot be read asks for a dry run, as the plugin has it. */
function readOptions(body: Json | undefined): { commit: boolean; acknowledged: boolean } {
  const input: JsonObject = isObject(body) ? body : {};
  const commit = readFlag(input['commit'], true);
  const acknowledged = readFlag(input['acknowledge_conflicts'], false);
  return commit === undefined || acknowledged === undefined ? { commit: false, acknowledged: false } : { commit, acknowledged };
}

function readFlag(value: Json | undefined, absent: boolean): boolean | undefined {
  if (value === undefined) return absent;
  if ([true, 1, 'true', 'True', '1'].some(each => each === value)) return true;
  return [false, 0, 'false', 'False', '0'].some(each => each === value) ? false : undefined;
}

function refuseConflicts(session: Session, branchId: number): void {
  const { world } = session;
  const diffs = world
    .table(CHANGE_DIFF)
    .find('branch', branchId)
    .filter(diff => valueOf(diff, 'conflicts') !== null);
  if (diffs.length === 0) return;
  throw new ApiError(409, {
    detail: 'All conflicts must be acknowledged before this action can proceed.',
    conflicts: diffs.map(diff => conflictOf(session, diff)),
  });
}

function conflictOf(session: Session, diff: Row): JsonObject {
  const shown = session.reader.show(session.world.type(CHANGE_DIFF), diff);
  const names = valueOf(diff, 'conflicts');
  const cut = (state: 'original' | 'modified' | 'current'): JsonObject =>
    Object.fromEntries(
      Object.entries(dataOf(diff, state) ?? {}).filter(([name]) => Array.isArray(names) && names.includes(name)),
    );
  return {
    id: diff.id,
    object_type: textOf(diff, 'object_type'),
    object_id: idOf(diff, 'object_id'),
    object_repr: textOf(diff, 'object_repr'),
    action: shown['action'] ?? null,
    conflicts: names,
    conflicting_data: { original: cut('original'), branch: cut('modified'), main: cut('current') },
    last_updated: diff.lastUpdated,
  };
}

function branchableModels(session: Session): JsonObject[] {
  return session.world.types
    .filter(type => isBranchable(type) && (type.since ?? 0) <= session.version.minor)
    .map(type => {
      const [app_label = '', model = ''] = type.key.split('.');
      return { app_label, model, verbose_name: type.label, verbose_name_plural: `${type.label}s` };
    });
}
