import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from '../cases';
import { invariants } from '../invariants';
import { takenOut } from '../taken-out';
import { safetyDocument } from './safety-document';
import { ROOT } from './test-names';

writeFileSync(join(ROOT, 'docs/safety.md'), safetyDocument(invariants, cases, takenOut));
