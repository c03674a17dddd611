import { randomUUID } from 'node:crypto';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import type { RedisEvents } from '../../redis/redis-events.js';
import type { Seal } from '../seal.js';
import type { FactRecord } from './fact-records.js';

const CHANNEL = 'projects';

/** A page as stored in Redis. */
export interface PagePart {
  readonly upstream: string;
  readonly head: Buffer;
  /** Undefined if no replica waits for it, or it is too long to broadcast. */
  readonly body: Buffer | undefined;
}

/** An immediate message about a project to the other replicas. */
export type ProjectEvent =
  | { readonly kind: 'learnt'; readonly project: ProjectName; readonly record: FactRecord }
  /** Its upstreams were queried. */
  | {
      readonly kind: 'asked';
      readonly project: ProjectName;
      /** When a changed page was received, in milliseconds since 1970; undefined if it has not changed. */
      readonly changedAt: number | undefined;
      /** Undefined if the request had no result. */
      readonly page: PagePart | undefined;
    };

/** JSON, with bytes in base64. */
interface Message {
  readonly from: string;
  readonly project: string;
  readonly record?: { readonly key: string; readonly field: string; readonly value: string };
  readonly changedAt?: number | undefined;
  readonly page?: { readonly upstream: string; readonly head: string; readonly body?: string };
}

/** Sends messages about projects to the other replicas, and receives theirs, except one's own and unsigned ones. */
export class ProjectEvents {
  readonly #events: Pick<RedisEvents, 'on' | 'send'>;
  readonly #seal: Seal;
  readonly #self = randomUUID();

  constructor(events: Pick<RedisEvents, 'on' | 'send'>, seal: Seal) {
    this.#events = events;
    this.#seal = seal;
  }

  /** Rejects where Redis does not take it. */
  async send(event: ProjectEvent): Promise<void> {
    const message = { from: this.#self, project: event.project, ...contentOf(event) };
    const sealed = this.#seal.seal([CHANNEL], Buffer.from(JSON.stringify(message)));
    await this.#events.send(CHANNEL, sealed);
  }

  on(listener: (event: ProjectEvent) => void): void {
    this.#events.on(CHANNEL, (sealed) => {
      const opened = this.#seal.open([CHANNEL], sealed);
      if (opened === undefined) return;
      const message = JSON.parse(opened.toString('utf8')) as Message;
      const event = message.from === this.#self ? undefined : eventOf(message);
      if (event !== undefined) listener(event);
    });
  }
}

function contentOf(event: ProjectEvent): Omit<Message, 'from' | 'project'> {
  if (event.kind === 'learnt') {
    const { key, field, value } = event.record;
    return { record: { key, field, value: value.toString('base64') } };
  }
  const { changedAt, page } = event;
  if (page === undefined) return { changedAt };
  const body = page.body?.toString('base64');
  const { upstream } = page;
  const head = page.head.toString('base64');
  return { changedAt, page: { upstream, head, ...(body !== undefined && { body }) } };
}

function eventOf({ project: name, record, changedAt, page }: Message): ProjectEvent | undefined {
  const project = parseProjectName(name);
  if (project === undefined) return undefined;
  if (record !== undefined) {
    const value = Buffer.from(record.value, 'base64');
    return { kind: 'learnt', project, record: { ...record, value } };
  }
  return {
    kind: 'asked',
    project,
    changedAt,
    page: page && {
      upstream: page.upstream,
      head: Buffer.from(page.head, 'base64'),
      body: page.body === undefined ? undefined : Buffer.from(page.body, 'base64'),
    },
  };
}
