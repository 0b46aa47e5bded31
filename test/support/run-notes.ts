import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Something that a run's set-up prepared, or why it could not; who needs it fails with that reason, everybody else goes on. */
const prepared = z.union([z.object({ value: z.string() }), z.object({ failure: z.string() })]);
export type Prepared = z.infer<typeof prepared>;

/** What the global set-up has ready for the test files of one run. */
const runNotesSchema = z.object({
  /** URL of a database on the test server from which others can be created. */
  databaseUrl: z.string(),
  /** Name of the template database, with every migration applied. */
  templateDatabase: z.string(),
  /** host:port of a Temporal development server, its search attributes registered. */
  temporalAddress: prepared,
  /** Path of the bundled workflow code. */
  workflowBundle: prepared,
});
export type RunNotes = z.infer<typeof runNotesSchema>;

const VARIABLE = 'PROXBOX_TEST_RUN';

/** Leaves the notes for the test files, which run in other processes. */
export function writeRunNotes(folder: string, notes: RunNotes): void {
  const file = join(folder, 'run.json');
  writeFileSync(file, JSON.stringify(notes), { mode: 0o600 });
  process.env[VARIABLE] = file;
}

/** The notes of this run. */
export function readRunNotes(): RunNotes {
  const file = process.env[VARIABLE];
  if (file === undefined) throw new Error('The global set-up has not run: start tests with npm test, or npx jest <file>.');
  return runNotesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Keeps what `action` makes, or why it failed. */
export async function prepare(action: () => Promise<string>): Promise<Prepared> {
  try {
    return { value: await action() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** What was prepared, for a test that needs it. */
export function need(what: Prepared): string {
  if ('failure' in what) throw new Error(what.failure);
  return what.value;
}
