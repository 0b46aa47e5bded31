import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from './search-attributes';

/** Finished runs can be opened in the Web UI for this long. */
export const RETENTION_DAYS = 30;

const DAY_MS = 86_400_000;
const INDEXED_TYPES = temporal.api.enums.v1.IndexedValueType;

/** What a namespace lacks. */
export interface NamespaceGaps {
  /** Days that it keeps finished runs, when that is too short; undefined when it is long enough. */
  shortRetentionDays: number | undefined;
  missingAttributes: { name: string; type: SearchAttributeType }[];
}

/** Compares a namespace with what we need; changes nothing. */
export async function findGaps(connection: Connection, namespace: string): Promise<NamespaceGaps> {
  const described = await connection.workflowService.describeNamespace({ namespace });
  const days = tsToMs(described.config?.workflowExecutionRetentionTtl) / DAY_MS;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return {
    shortRetentionDays: days < RETENTION_DAYS ? days : undefined,
    missingAttributes: Object.values(searchAttributes).filter(({ name }) => customAttributes?.[name] === undefined),
  };
}

/** Closes the gaps of a namespace on a server of our own. Safe to repeat. */
export async function closeGaps(connection: Connection, namespace: string): Promise<void> {
  const gaps = await findGaps(connection, namespace);
  if (gaps.shortRetentionDays !== undefined) {
    const workflowExecutionRetentionTtl = msToTs(RETENTION_DAYS * DAY_MS);
    await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  }
  if (gaps.missingAttributes.length > 0) await defineSearchAttributes(connection, namespace, gaps.missingAttributes);
}

/** Defines search attributes that the namespace does not have yet: by default all of ours. */
export async function defineSearchAttributes(
  connection: Connection,
  namespace: string,
  attributes: NamespaceGaps['missingAttributes'] = Object.values(searchAttributes),
): Promise<void> {
  const types = attributes.map(({ name, type }) => [name, INDEXED_TYPES[`INDEXED_VALUE_TYPE_${type}`]] as const);
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(types) });
}

/** Type names of the `temporal` command. */
const COMMAND_TYPES: Record<SearchAttributeType, string> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

/** The commands with which an operator closes the gaps of a namespace that is not ours. */
export function commandsFor({ shortRetentionDays, missingAttributes }: NamespaceGaps, namespace: string): string[] {
  const commands = [];
  if (shortRetentionDays !== undefined) {
    commands.push(`temporal operator namespace update --namespace ${namespace} --retention ${RETENTION_DAYS * 24}h`);
  }
  if (missingAttributes.length > 0) {
    const attributes = missingAttributes.map(({ name, type }) => `--name ${name} --type ${COMMAND_TYPES[type]}`);
    commands.push(`temporal operator search-attribute create --namespace ${namespace} ${attributes.join(' ')}`);
  }
  return commands;
}
