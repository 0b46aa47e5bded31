import type { Config, Guest } from './state';

/** The text of a guest's configuration file: what `digest` is the hash of. */
export function renderConfigFile(guest: Guest): string {
  const { description, ...rest } = guest.config;
  let text = description === undefined ? '' : `${String(description).replace(/^/gm, '#').replace(/%/g, '%25')}\n`;
  text += renderSection(rest);
  if (Object.keys(guest.pending).length > 0 || guest.pendingDelete.size > 0) {
    text += '\n[PENDING]\n';
    if (guest.pendingDelete.size > 0) {
      text += `delete: ${[...guest.pendingDelete].map(([key, force]) => (force === 2 ? `!${key}` : key)).join(',')}\n`;
    }
    text += renderSection(guest.pending);
  }
  for (const snapshot of [...guest.snapshots].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    text += `\n[${snapshot.name}]\n#${snapshot.description ?? ''}\n${renderSection(snapshot.config)}snaptime: ${snapshot.snaptime}\n`;
  }
  return text;
}

function renderSection(config: Config): string {
  return Object.keys(config)
    .sort()
    .map(key => `${key}: ${config[key]}\n`)
    .join('');
}
