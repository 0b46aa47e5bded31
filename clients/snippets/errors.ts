/** A file of cloud-init cannot be written where the worker was told to. Look at the folder, its mount and its rights. */
export class SnippetFolderError extends Error {
  override readonly name = 'SnippetFolderError';
}
