import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseSync } from '@swc/core';
import { COMPOSITION_ROOTS, ROOMS } from './rooms';

export interface Import {
  /** Path of the importing file, from the project's root. */
  file: string;
  /** What stands in the import: a relative path or a package's name. */
  specifier: string;
  typesOnly: boolean;
}

/** Every import and re-export of the TypeScript files below a room. */
export function importsOf(root: string, room: string): Import[] {
  return filesBelow(join(root, room)).flatMap(path => importsIn(relative(root, path), readFileSync(path, 'utf8')));
}

/** The imports and re-exports in a file's text. */
export function importsIn(file: string, text: string): Import[] {
  return parseSync(text, { syntax: 'typescript', target: 'es2023' }).body.flatMap((item): Import[] => {
    switch (item.type) {
      case 'ImportDeclaration':
        return [{ file, specifier: item.source.value, typesOnly: item.typeOnly || onlyTypes(item.specifiers) }];
      case 'ExportNamedDeclaration':
        return item.source
          ? [{ file, specifier: item.source.value, typesOnly: 'typeOnly' in item && item.typeOnly === true }]
          : [];
      case 'ExportAllDeclaration':
        return [{ file, specifier: item.source.value, typesOnly: false }];
      default:
        return [];
    }
  });
}

/** `import { type A, type B } from …`: every name is a type. */
function onlyTypes(specifiers: readonly { type: string }[]): boolean {
  return specifiers.length > 0 && specifiers.every(specifier => 'isTypeOnly' in specifier && specifier.isTypeOnly === true);
}

/** Whether the rules of the importing file's room allow an import. */
export function isAllowed({ file, specifier, typesOnly }: Import): boolean {
  const [room = ''] = file.split('/');
  const rules = ROOMS[room];
  if (rules === undefined) return true;
  if (!specifier.startsWith('.')) return rules.packages(specifier, typesOnly);

  const target = normalize(join(dirname(file), specifier));
  const [targetRoom = ''] = target.split('/');
  return (
    targetRoom === room ||
    target === 'package.json' ||
    rules.rooms.includes(targetRoom) ||
    (typesOnly && rules.typesOf.includes(targetRoom)) ||
    (COMPOSITION_ROOTS[file]?.includes(targetRoom) ?? false) ||
    (opensFiles(rules.typesOf, rules.files, targetRoom) && rules.files.some(end => target === end || target.endsWith(`/${end}`)))
  );
}

/** A single file's exception holds in the rooms that it names, and one without a room (`errors`) in those of which types are allowed. */
function opensFiles(typesOf: readonly string[], files: readonly string[], targetRoom: string): boolean {
  return typesOf.includes(targetRoom) || files.some(file => file.startsWith(`${targetRoom}/`));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
