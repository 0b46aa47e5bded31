import type { StartApiOptions } from './start';

/** The first administrator of an installation, straight to the terminal: a log is kept, and what is shown here must not be. */
export const showFirstKey: StartApiOptions['showFirstKey'] = (token, { username, password }) => {
  const lines = [`user       ${username}`, `password   ${password}`, `API token  ${token}`].map(line => `  ${line}\n`);
  process.stdout.write(`\nFirst administrator of this installation, shown only this once:\n\n${lines.join('')}\n`);
};
