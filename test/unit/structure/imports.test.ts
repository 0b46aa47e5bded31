import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Import, importsIn, importsOf, isAllowed } from './imports';
import { ROOMS } from './rooms';

const ROOT = join(__dirname, '../../..');

/** An import that a room must not have, and beside it one that it may. */
const CASES: { file: string; bad: string; good: string }[] = [
  { file: 'domain/a.ts', bad: "import { z } from 'zod';", good: "import type { z } from 'zod';" },
  { file: 'domain/a/b.ts', bad: "import { readFileSync as z } from 'node:fs';", good: "import { z } from '../c';" },
  {
    file: 'domain/a/b.ts',
    bad: "import type { Z as z } from '../../clients/proxmox/client';",
    good: "import { z } from '../text';",
  },
  {
    file: 'workflows/a.ts',
    bad: "import { z } from '../activities/runs';",
    good: "import type { z } from '../activities/runs';",
  },
  {
    file: 'workflows/a.ts',
    bad: "import { z } from '../temporal/find';",
    good: "import { z } from '../temporal/search-attributes';",
  },
  {
    file: 'workflows/a.ts',
    bad: "import { Client as z } from '@temporalio/client';",
    good: "import { sleep as z } from '@temporalio/workflow';",
  },
  { file: 'workflows/a.ts', bad: "import { z } from 'zod';", good: "import { z } from '../domain/run';" },
  {
    file: 'activities/a/b.ts',
    bad: "import { z } from '../../clients/netbox/client';",
    good: "import { z } from '../../clients/netbox/errors';",
  },
  {
    file: 'activities/a/b.ts',
    bad: "import { z } from '../../database/connect';",
    good: "import type { z } from '../../database/connect';",
  },
  { file: 'activities/a.ts', bad: "import { z } from '../workflows/index';", good: "import { z } from '../workflows/names';" },
  { file: 'activities/a.ts', bad: "import { Pool as z } from 'pg';", good: "import type { Pool as z } from 'pg';" },
  {
    file: 'activities/a.ts',
    bad: "import { Client as z } from '@temporalio/client';",
    good: "import { heartbeat as z } from '@temporalio/activity';",
  },
  {
    file: 'clients/netbox/a.ts',
    bad: "import { z } from '../../database/connect';",
    good: "import { z } from '../../domain/run';",
  },
  {
    file: 'clients/netbox/a.ts',
    bad: "import { ApplicationFailure as z } from '@temporalio/common';",
    good: "import { request as z } from 'undici';",
  },
  { file: 'database/a.ts', bad: "import { z } from '../clients/netbox/client';", good: "import { z } from '../config/load';" },
  { file: 'database/a/b.ts', bad: "import { request as z } from 'undici';", good: "import { Pool as z } from 'pg';" },
  { file: 'temporal/a.ts', bad: "import { z } from '../database/connect';", good: "import { z } from '../config/load';" },
  { file: 'telemetry/a.ts', bad: "import { z } from '../database/connect';", good: "import { z } from '../domain/redaction';" },
  { file: 'config/a.ts', bad: "import { z } from '../temporal/find';", good: "import { z } from 'zod';" },
  {
    file: 'api/runs/a.ts',
    bad: "import type { z } from '../../clients/proxmox/client';",
    good: "import { z } from '../../database/connect';",
  },
  {
    file: 'api/runs/a.ts',
    bad: "import type { z } from '../../activities/runs';",
    good: "import type { z } from '../../workflows/index';",
  },
  {
    file: 'api/runs/a.ts',
    bad: "import { z } from '../../workflows/index';",
    good: "import { z } from '../../workflows/messages';",
  },
  { file: 'api/runs/a.ts', bad: "import { z } from '../../temporal/find';", good: "import { z } from '../temporal';" },
  { file: 'api/main.ts', bad: "import { z } from '../worker/main';", good: "import { z } from '../temporal/find';" },
  { file: 'cli/a.ts', bad: "import { z } from '../database/connect';", good: "import type { z } from '../api/openapi';" },
  {
    file: 'simulators/netbox/a.ts',
    bad: "import { z } from '../../clients/netbox/object';",
    good: "import { z } from '../proxmox/tags';",
  },
  {
    file: 'simulators/proxmox/a.ts',
    bad: "import { z } from '../../domain/proxmox/tags';",
    good: "import { z } from '../../domain/proxmox/property-string';",
  },
  { file: 'worker/a.ts', bad: "import { z } from '../api/app';", good: "import { z } from '../clients/netbox/client';" },
];
const BAD = CASES.map(({ file, bad }) => ({ file, statement: bad }));
const GOOD = CASES.map(({ file, good }) => ({ file, statement: good }));

describe('imports between rooms', () => {
  test.each(Object.keys(ROOMS).filter(room => existsSync(join(ROOT, room))))('of %s are those that its rules allow', room => {
    const forbidden = importsOf(ROOT, room).filter(each => !isAllowed(each));

    expect(forbidden.map(describeImport)).toEqual([]);
  });

  test.each(BAD)('$file is not allowed $statement', ({ file, statement }) => {
    expect(importsIn(file, statement).map(isAllowed)).toEqual([false]);
  });

  test.each(GOOD)('$file is allowed $statement', ({ file, statement }) => {
    expect(importsIn(file, statement).map(isAllowed)).toEqual([true]);
  });

  test('count when they are re-exports, too', () => {
    expect(importsIn('domain/a.ts', "export { z } from '../clients/a'; export * from 'node:fs';").map(isAllowed)).toEqual([
      false,
      false,
    ]);
  });
});

describe('the linter', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'proxbox-lint-'));
    copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Lints one file per statement and returns those that it reports. */
  const reported = (cases: { file: string; statement: string }[]) => {
    const written = cases.map(({ file, statement }, index) => {
      const path = file === 'api/main.ts' ? file : file.replace(/(\w)\.ts$/, `$1${index}.ts`);
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(
        join(folder, path),
        `${statement}\nexport ${statement.includes('import type') ? 'type X = z' : 'const x = z'};\n`,
      );
      return { path, said: `${file}: ${statement}` };
    });
    const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), ['--format', 'unix'], { cwd: folder, encoding: 'utf8' });
    const files = new Set(stdout.split('\n').map(line => line.split(':')[0]));
    return written.filter(({ path }) => files.has(path)).map(({ said }) => said);
  };

  test('reports the same imports that these rules forbid', () => {
    expect(reported(BAD)).toEqual(BAD.map(({ file, statement }) => `${file}: ${statement}`));
  });

  test('reports none that they allow', () => {
    expect(reported(GOOD)).toEqual([]);
  });
});

function describeImport({ file, specifier, typesOnly }: Import): string {
  return `${file} imports ${typesOnly ? 'types of ' : ''}${specifier}`;
}
