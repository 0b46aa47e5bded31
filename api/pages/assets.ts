import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';

/** Beside this file in the sources, and in the project's root for compiled code, since only code is compiled. */
function own(file: string): string {
  const beside = join(__dirname, 'assets', file);
  return existsSync(beside) ? beside : join(__dirname, '../../../api/pages/assets', file);
}

const load = (path: string, type: string) => {
  const body = readFileSync(path);
  return { type, body, hash: createHash('sha256').update(body).digest('hex').slice(0, 12) };
};

const assets = {
  'style.css': load(own('style.css'), 'text/css'),
  'times.js': load(own('times.js'), 'text/javascript'),
  'icon.svg': load(own('icon.svg'), 'image/svg+xml'),
  'htmx.js': load(require.resolve('htmx.org/dist/htmx.min.js'), 'text/javascript'),
  'hx-sse.js': load(require.resolve('htmx.org/dist/ext/hx-sse.min.js'), 'text/javascript'),
} as const;

/** The address of a file for browsers. It changes with the content, so that they may keep it for ever. */
export const assetUrl = (name: keyof typeof assets): string => `/assets/${assets[name].hash}/${name}`;

export function assetRoutes(): Router {
  const router = Router();
  for (const [name, { type, body, hash }] of Object.entries(assets)) {
    router.get(`/assets/${hash}/${name}`, (_req, res) => {
      res.set('Cache-Control', 'public, max-age=31536000, immutable').type(type).send(body);
    });
  }
  return router;
}
