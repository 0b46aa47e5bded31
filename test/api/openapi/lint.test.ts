import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApiDocument } from '../../../api/openapi/document';
import { startProgram } from '../../support/child-program';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proxbox-openapi-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function lint(document: object): Promise<{ rule: string; at: string[] }[]> {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const program = startProgram('test/support/lint-openapi.ts', [file]);
  return JSON.parse(await program.nextLine()) as { rule: string; at: string[] }[];
}

test('a public linter finds nothing, not even a warning', async () => {
  expect(await lint(openApiDocument())).toEqual([]);
});

test('the linter does find what is wrong', async () => {
  const { info: _info, ...broken } = structuredClone(openApiDocument());
  Reflect.deleteProperty(Object(broken.paths['/runs']?.get), 'summary');
  expect((await lint(broken)).map(({ rule }) => rule).sort()).toEqual(['operation-summary', 'struct']);
});
