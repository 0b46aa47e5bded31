import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'undici';
import { z } from 'zod';

/** Debian's Chromium, where it is installed. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(path => existsSync(path));

export interface Browser {
  open(url: string): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true, also across pages that follow each other. */
  until(expression: string): Promise<void>;
  /** Does something that leads to another page, and waits for that page. */
  follow(expression: string): Promise<void>;
  scripts(on: boolean): Promise<void>;
  colours(scheme: 'light' | 'dark'): Promise<void>;
  /** How wide the window is, in CSS pixels. */
  width(pixels: number): Promise<void>;
  key(name: 'Tab' | 'Enter'): Promise<void>;
  /** The page as PNG, from its top, as long as it is up to a height. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

const answerSchema = z.object({
  id: z.number().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** Unless a test says otherwise. */
const WIDTH = 1280;
const TALLEST = 1200;
const PATIENCE_MS = 60_000;

/** Starts a Chromium without a window, with a profile of its own, driven by its DevTools protocol. */
export async function startChromium(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'proxbox-chromium-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--hide-scrollbars',
  ];
  const child = spawn(program, [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const socket = new WebSocket(await addressIn(child.stderr));
  await new Promise(resolve => socket.addEventListener('open', resolve));

  const waiting = new Map<number, { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = answerSchema.parse(JSON.parse(String(data)));
    const waiter = id === undefined ? undefined : waiting.get(id);
    if (error) waiter?.reject(new Error(error.message));
    else waiter?.resolve(result ?? {});
  });
  let last = 0;
  const send = (method: string, params: object = {}, sessionId?: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });

  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const page = (method: string, params?: object) => send(method, params, String(sessionId));
  await page('Page.enable');

  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await page('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    return z.object({ value: z.unknown().optional() }).parse(result).value;
  };
  /** While one page follows another there is none to ask. */
  const holds = (expression: string) => evaluate(expression).catch(() => false);
  const until = async (expression: string): Promise<void> => {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await holds(expression)) !== true) {
      if (Date.now() > deadline) throw new Error(`The page never came to this: ${expression}`);
      await sleep(100);
    }
  };
  let width = WIDTH;
  const size = (height: number) =>
    page('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  const loaded = `document.readyState === 'complete' && window.left === undefined`;

  return {
    evaluate,
    until,
    open: async url => {
      await page('Page.navigate', { url });
      await until(`${loaded} && location.href !== 'about:blank'`);
    },
    follow: async expression => {
      await evaluate(`window.left = true; ${expression}`);
      await until(loaded);
    },
    scripts: async on => void (await page('Emulation.setScriptExecutionDisabled', { value: !on })),
    colours: async scheme =>
      void (await page('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })),
    width: async pixels => {
      width = pixels;
      await size(800);
    },
    key: async name => {
      const key = {
        key: name,
        code: name,
        windowsVirtualKeyCode: name === 'Tab' ? 9 : 13,
        ...(name === 'Enter' && { text: '\r' }),
      };
      await page('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
      await page('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    },
    picture: async () => {
      await size(600);
      await size(Math.min(TALLEST, Math.max(600, Number(await evaluate('document.documentElement.scrollHeight')))));
      const { data } = await page('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(String(data), 'base64');
    },
    close: async () => {
      const gone = once(child, 'exit');
      await send('Browser.close');
      await gone;
      socket.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /DevTools listening on (\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      output.resume();
      return address;
    }
  }
  throw new Error('Chromium ended before it could be driven.');
}
