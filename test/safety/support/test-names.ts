import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';

export const ROOT = join(__dirname, '../../..');

/** Names of the tests that a file declares, as they are written: of a table of tests the name with its placeholders. */
export function testNames(file: string): string[] {
  const names: string[] = [];
  visit(parseSync(readFileSync(join(ROOT, file), 'utf8'), { syntax: 'typescript' }), names);
  return names;
}

/** Walks the syntax tree for calls of `test`, `test.each(…)` and the like. */
function visit(node: unknown, names: string[]): void {
  if (Array.isArray(node)) return node.forEach(each => visit(each, names));
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node && node.type === 'CallExpression' && 'callee' in node && 'arguments' in node && isTest(node.callee)) {
    const name = Array.isArray(node.arguments) ? textOf(node.arguments[0]) : undefined;
    if (name !== undefined) names.push(name);
  }
  for (const value of Object.values(node)) visit(value, names);
}

/** `test`, `test.each(table)`, `test.only.each(table)`: a skipped test proves nothing. */
function isTest(callee: unknown): boolean {
  if (typeof callee !== 'object' || callee === null || !('type' in callee)) return false;
  if (callee.type === 'Identifier' && 'value' in callee) return callee.value === 'test' || callee.value === 'it';
  if (callee.type === 'CallExpression' && 'callee' in callee) return isEach(callee.callee);
  return false;
}

function isEach(callee: unknown): boolean {
  if (typeof callee !== 'object' || callee === null || !('object' in callee) || !('property' in callee)) return false;
  const { object, property } = callee;
  return isTest(object) && typeof property === 'object' && property !== null && 'value' in property && property.value === 'each';
}

function textOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('expression' in argument)) return undefined;
  const { expression } = argument;
  if (typeof expression !== 'object' || expression === null) return undefined;
  if ('type' in expression && expression.type === 'StringLiteral' && 'value' in expression) return String(expression.value);
  return undefined;
}
