import { createHmac } from 'node:crypto';
import type { JsonObject } from '../json';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import { BRANCH } from './types';
import type { BranchingHooks } from './hooks';

/** One call of a webhook, as it went. */
export interface Delivery {
  readonly event: string;
  readonly url: string;
  /** Status that the receiver answered; 0 when none came, or when the delivery was lost on purpose. */
  readonly status: number;
}

const TIMEOUT_MS = 30_000;

/** Calls webhooks, one at a time and each once, as a NetBox with one job worker does. What fails is not repeated. */
export class WebhookSender {
  private readonly done: Delivery[] = [];
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly world: World,
    private readonly hooks: BranchingHooks,
    private readonly version: () => NetBoxVersion,
  ) {}

  get deliveries(): readonly Delivery[] {
    return this.done;
  }

  /** Forgets what was delivered. */
  clear(): void {
    this.done.length = 0;
  }

  /** Delivers an event of a branch to the webhooks of all enabled rules for it. */
  branchEvent(event: string, branch: Row, user: Row | undefined): void {
    for (const rule of this.world.table('extras.eventrule').sorted()) {
      if (valueOf(rule, 'enabled') !== true || textOf(rule, 'action_type') !== 'webhook') continue;
      if (!lists(rule, 'event_types', event) || !lists(rule, 'object_types', BRANCH)) continue;
      const webhook = this.world.get('extras.webhook', idOf(rule, 'action_object_id'));
      if (webhook) this.enqueue(event, webhook, this.bodyOf(event, branch, user));
    }
  }

  /** NetBox 4.7 with branching 1.2.2: the branch as its model has it, without request and snapshots. Before, its user's name too. */
  private bodyOf(event: string, branch: Row, user: Row | undefined): string {
    const older = this.version().minor < 7 ? { username: user ? textOf(user, 'username') : null, request_id: null } : {};
    return JSON.stringify({
      event,
      timestamp: this.world.now().replace(/Z$/, '+00:00'),
      object_type: BRANCH,
      ...older,
      data: this.dataOf(branch),
    });
  }

  private dataOf(branch: Row): JsonObject {
    const { values } = branch;
    return {
      created: branch.created,
      last_updated: branch.lastUpdated,
      description: values['description'] ?? '',
      owner: values['owner'] ?? null,
      comments: values['comments'] ?? '',
      name: values['name'] ?? '',
      schema_id: values['schema_id'] ?? '',
      status: values['status'] ?? '',
      applied_migrations: [],
      last_sync: values['last_sync'] ?? null,
      merged_time: values['merged_time'] ?? null,
      merged_by: values['merged_by'] ?? null,
      merge_strategy: null,
      custom_fields: { ...branch.customFields },
      tags: branch.tags.map(id => this.world.display('extras.tag', id)),
      id: branch.id,
    };
  }

  private enqueue(event: string, webhook: Row, body: string): void {
    const url = textOf(webhook, 'payload_url');
    if (this.hooks.losesWebhook(event)) {
      this.done.push({ event, url, status: 0 });
      return;
    }
    this.last = this.last.then(async () => {
      this.done.push({ event, url, status: await send(webhook, url, body) });
    });
  }
}

async function send(webhook: Row, url: string, body: string): Promise<number> {
  const secret = textOf(webhook, 'secret');
  try {
    const answer = await fetch(url, {
      method: textOf(webhook, 'http_method'),
      headers: {
        'Content-Type': textOf(webhook, 'http_content_type'),
        ...extraHeaders(textOf(webhook, 'additional_headers')),
        ...(secret !== '' && { 'X-Hook-Signature': createHmac('sha512', secret).update(body).digest('hex') }),
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

function extraHeaders(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line): [string, string][] => {
      const [name = '', ...value] = line.split(':');
      return value.length === 0 ? [] : [[name.trim(), value.join(':').trim()]];
    }),
  );
}

function lists(row: Row, field: string, wanted: string): boolean {
  const values = valueOf(row, field);
  return Array.isArray(values) && values.includes(wanted);
}
