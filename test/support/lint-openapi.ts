import { createConfig, lintFromString } from '@redocly/openapi-core';
import { readFileSync } from 'node:fs';

/** Lints the OpenAPI document in a file with Redocly's recommended rules, and prints what it finds as JSON. A process of its own: the linter is an ES module. */
async function main([file = '']: string[]): Promise<void> {
  const problems = await lintFromString({
    source: readFileSync(file, 'utf8'),
    absoluteRef: file,
    config: await createConfig({ extends: ['recommended'] }),
  });
  const found = problems.map(({ ruleId, severity, message, location }) => ({
    rule: ruleId,
    severity,
    message,
    at: location.map(({ pointer }) => pointer),
  }));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

void main(process.argv.slice(2));
