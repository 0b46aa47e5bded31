import type { AuditReportView, AuditRowView } from '../../api/audit/schema';
import { command, type Group } from '../command';
import { CommandError } from '../errors';
import { exitCodes } from '../exit-codes';
import { numberOf } from '../options';
import type { Paint, Paints } from '../output/colors';
import { type Cell, table } from '../output/table';
import { timeText } from '../runs/times';

const list = command({
  name: 'list',
  summary: 'Who did what, from the newest on.',
  options: {
    actor: { type: 'string', value: 'USER', help: 'Only what this user or key did.' },
    action: { type: 'string', value: 'ACTION', help: 'Only this, such as endpoint.change.' },
    result: {
      type: 'string',
      value: 'RESULT',
      choices: ['succeeded', 'refused', 'failed', 'unknown'],
      help: 'Only what ended so.',
    },
    run: { type: 'string', value: 'ID', help: 'Only what is about this run.' },
    since: { type: 'string', value: 'TIME', help: 'From this time on, such as 2026-01-31T00:00:00Z.' },
    until: { type: 'string', value: 'TIME', help: 'Before this time.' },
    limit: { type: 'string', value: 'N', help: 'At most so many rows; 50 unless given.' },
  },
  async run({ api, terminal }, { limit, run: runId, actor, action, result, since, until }) {
    const most = numberOf(limit, '--limit', 50);
    const query = { runId, actor, action, result, since, until };
    const items = await api().collect<AuditRowView>('/audit', query, most);
    if (terminal.json) terminal.printJson({ items });
    else if (items.length === 0) terminal.say('No rows.');
    else terminal.print(rowsTable(items, terminal.paints));
    return exitCodes.ok;
  },
});

function rowsTable(items: readonly AuditRowView[], paints: Paints): string[] {
  const head = ['SEQ', 'TIME', 'WHO', 'ACTION', 'WHAT', 'RESULT'].map(text => ({ text, paint: paints.bold }));
  const rows = items.map((row): Cell[] => [
    String(row.seq),
    timeText(row.time),
    `${row.actor.name} (${row.actor.authenticatedBy})`,
    row.action,
    row.object === null ? '' : [row.object.type, row.object.id].filter(part => part !== null).join(' '),
    row.result === null ? 'begun' : { text: resultText(row), paint: resultPaint(row.result, paints) },
  ]);
  return table([head, ...rows]);
}

const resultText = ({ result, reason }: AuditRowView): string => (reason === null ? String(result) : `${result}: ${reason}`);

const resultPaint = (result: NonNullable<AuditRowView['result']>, { green, yellow, red }: Paints): Paint =>
  ({ succeeded: green, refused: yellow, failed: red, unknown: red })[result];

const verify = command({
  name: 'verify',
  summary: 'Check that no row of the audit log was altered, dropped, reordered or cut off: 1 when one was.',
  options: {},
  async run({ api, terminal }) {
    const { body: report } = await api().get<AuditReportView>('/audit/verify');
    if (terminal.json) terminal.printJson(report);
    const { fault, rows, head, heads } = report;
    if (fault === null) {
      if (!terminal.json) {
        const end = head === null ? '' : `, up to row ${head.seq} (${head.hash.slice(0, 16)}…)`;
        terminal.print(`Intact: ${rows} rows${end}; compared with ${heads} notes outside of the database.`);
      }
      return exitCodes.ok;
    }
    throw new CommandError({
      code: `audit-${fault.kind}`,
      what: 'The audit log is not as it was written.',
      why: fault.message,
      next: 'docs/operate.md says what to do.',
      exitCode: exitCodes.error,
    });
  },
});

export const auditCommands: Group = {
  name: 'audit',
  summary: 'The audit log: who did what, and whether it is whole.',
  commands: [list, verify],
};
