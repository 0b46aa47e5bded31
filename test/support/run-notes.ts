import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the global set-up has ready for the test files of one run. */
const runNotesSchema = z.object({
  /** URL of a database on the test server from which others can be created. */
  databaseUrl: z.string(),
  /** Name of the template database, with every migration applied. */
  templateDatabase: z.string(),
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
