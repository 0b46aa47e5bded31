import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { SnippetFolderError } from './errors';

/**
 * Folders of snippets storages that are mounted on this machine, below one root: the only way to put a snippet there, since the API of Proxmox has none
 * (Proxmox VE 9.2). The root is said by the environment of the process, so that nobody who may change settings can have files written elsewhere.
 */
export interface SnippetFolders {
  /** Why no file can be written into a folder, with what to do; null when one can. */
  problemOf(folder: string): Promise<string | null>;
  /** The text of a file; undefined when there is none. @throws SnippetFolderError */
  read(folder: string, name: string): Promise<string | undefined>;
  /** Whole or not at all, for its owner alone to read, and read back. @throws SnippetFolderError */
  write(folder: string, name: string, text: string): Promise<void>;
  /** One that is gone already is no problem. @throws SnippetFolderError */
  remove(folder: string, name: string): Promise<void>;
}

/** @param root absolute folder below which the storages are mounted; undefined where nobody said one. */
export function createSnippetFolders(root: string | undefined): SnippetFolders {
  const pathOf = async (folder: string, name?: string): Promise<string> => {
    const inside = await folderBelow(root, folder);
    return name === undefined ? inside : join(inside, name);
  };
  return {
    problemOf: async folder => {
      try {
        await access(await pathOf(folder), constants.R_OK | constants.W_OK | constants.X_OK);
        return null;
      } catch (error) {
        return error instanceof SnippetFolderError ? error.message : `The worker may not write into it (${codeOf(error)}).`;
      }
    },
    read: async (folder, name) => {
      const path = await pathOf(folder, name);
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw new SnippetFolderError(`The file ${name} cannot be read (${codeOf(error)}).`);
      }
    },
    write: async (folder, name, text) => {
      const inside = await pathOf(folder);
      try {
        await writeWhole(inside, name, text);
      } catch (error) {
        throw new SnippetFolderError(`The file ${name} cannot be written (${codeOf(error)}).`);
      }
      if ((await readFile(join(inside, name), 'utf8').catch(() => undefined)) !== text) {
        throw new SnippetFolderError(`The file ${name} does not read as it was written.`);
      }
    },
    remove: async (folder, name) => {
      const path = await pathOf(folder, name);
      try {
        await rm(path, { force: true });
      } catch (error) {
        throw new SnippetFolderError(`The file ${name} cannot be removed (${codeOf(error)}).`);
      }
    },
  };
}

/** The folder itself, followed to where it is: a link that leads out of the root is none of ours. */
async function folderBelow(root: string | undefined, folder: string): Promise<string> {
  if (root === undefined) throw new SnippetFolderError('The worker was not told where snippets storages are mounted.');
  try {
    const [base, inside] = await Promise.all([realpath(root), realpath(join(root, folder))]);
    const way = relative(base, inside);
    if (way.split(/[\\/]/)[0] === '..' || isAbsolute(way) || isAbsolute(folder)) {
      throw new SnippetFolderError('It is not below the folder in which snippets storages are mounted.');
    }
    if (!(await stat(inside)).isDirectory()) throw new SnippetFolderError('It is no folder.');
    return inside;
  } catch (error) {
    if (error instanceof SnippetFolderError) throw error;
    throw new SnippetFolderError(`The worker does not find it (${codeOf(error)}).`);
  }
}

/** Under another name first: whoever reads the file sees all of it, or the one before. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const draft = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown reason';
