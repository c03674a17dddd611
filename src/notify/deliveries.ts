import type { Timers } from '../runtime/timers.js';
import type { Message } from './notice.js';
import type { Outbox, Waiting } from './outbox.js';
import { newMessageId, type SendToWebhook, type WebhookSettings } from './webhook.js';
import { webhookBody } from './webhook-body.js';

/** The result of a message, or of an attempt to deliver it. */
export type DeliveryResult = 'delivered' | 'failed' | 'dropped';

export interface DeliveriesParts {
  readonly webhooks: readonly WebhookSettings[];
  readonly outbox: Outbox;
  readonly send: SendToWebhook;
  readonly timers: Timers;
  /** So many wait for one webhook; beyond, the oldest are dropped. */
  readonly mostWaiting?: number;
  /** 0 to 1: spreads retries to receivers that were down. */
  readonly random: () => number;
  /** @param why of one that is not delivered, a clause for people */
  readonly onResult: (webhook: string, result: DeliveryResult, why?: string) => void;
  /** A webhook fails, or has recovered. @param why undefined after recovery */
  readonly onState: (webhook: string, why: string | undefined) => void;
  /** The disk does not store pending messages: a restart would lose them. */
  readonly onNotKept: (error: unknown) => void;
}

/** Delays between attempts, in milliseconds; the last one repeats. */
const RETRIES = [5_000, 20_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];
/** The maximum age of a pending message, in milliseconds. */
const MAX_AGE = 3 * 24 * 60 * 60_000;
const MOST_WAITING = 1_000;

interface Pending extends Waiting {
  tries: number;
  /** Milliseconds since 1970: when it is tried next. */
  next: number;
  /** Kept here where the disk did not take it. */
  body: string | undefined;
}

/** Delivers messages to their webhooks, each at its own pace, with retries. */
export class Deliveries {
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #parts: DeliveriesParts;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
    this.#lines = new Map(
      parts.webhooks.map((webhook) => [webhook.name, new Line(webhook, parts)]),
    );
  }

  /** Continues with the messages of earlier runs. Messages for a removed webhook are dropped. */
  async start(): Promise<void> {
    for (const waiting of await this.#parts.outbox.list()) {
      const line = this.#lines.get(waiting.webhook);
      if (line === undefined) await this.#parts.outbox.remove(waiting.id);
      else line.add({ ...waiting, tries: 0, next: 0, body: undefined });
    }
  }

  /** @param wants whether a webhook receives the message. Resolves once the message is on disk. */
  async tell(message: Message, wants: (webhook: WebhookSettings) => boolean): Promise<void> {
    for (const line of this.#lines.values()) if (wants(line.webhook)) await line.tell(message);
  }

  /** How many messages wait. */
  get waiting(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.length, 0);
  }

  /** Pending messages stay on disk. Resolves when no attempt is running. */
  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.close()));
  }
}

/** The pending messages of one webhook: one attempt at a time. */
class Line {
  readonly webhook: WebhookSettings;
  readonly #parts: DeliveriesParts;
  #pending: Pending[] = [];
  /** Attempts in a row that failed because the receiver is away. */
  #misses = 0;
  #restUntil = 0;
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  readonly #closing = new AbortController();

  constructor(webhook: WebhookSettings, parts: DeliveriesParts) {
    this.webhook = webhook;
    this.#parts = parts;
  }

  get length(): number {
    return this.#pending.length;
  }

  async tell(message: Message): Promise<void> {
    const { outbox, timers, onNotKept } = this.#parts;
    const body = webhookBody(message, this.webhook.format);
    const waiting = { id: newMessageId(), webhook: this.webhook.name, since: timers.now() };
    const kept = await outbox.put(waiting, body).then(
      () => true,
      (error: unknown) => {
        onNotKept(error);
        return false;
      },
    );
    this.add({ ...waiting, tries: 0, next: 0, body: kept ? undefined : body });
  }

  add(pending: Pending): void {
    this.#pending.push(pending);
    const most = this.#parts.mostWaiting ?? MOST_WAITING;
    if (this.#pending.length > most) this.#drop(this.#pending[0]!, 'too many pending messages');
    this.#plan();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancel?.();
    await this.#running;
  }

  #plan(): void {
    if (this.#closing.signal.aborted || this.#running !== undefined) return;
    this.#cancel?.();
    const next = Math.min(...this.#pending.map((pending) => pending.next));
    if (next === Infinity) return;
    const delay = Math.max(0, Math.max(next, this.#restUntil) - this.#parts.timers.now());
    this.#cancel = this.#parts.timers.after(delay, () => {
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        this.#plan();
      });
    });
  }

  /** Delivers due messages, until one fails because the receiver is down. */
  async #run(): Promise<void> {
    const { timers } = this.#parts;
    for (;;) {
      const now = timers.now();
      const due = this.#pending.find(({ next }) => next <= now);
      if (this.#closing.signal.aborted || due === undefined || this.#restUntil > now) return;
      if (now - due.since > MAX_AGE) this.#drop(due, 'not delivered within three days');
      else await this.#attempt(due);
    }
  }

  async #attempt(pending: Pending): Promise<void> {
    const { outbox, send, onResult, onState, timers } = this.#parts;
    const body = pending.body ?? (await outbox.body(pending.id));
    if (body === undefined) return this.#drop(pending, 'its file is missing');
    const { signal } = this.#closing;
    const result = await send(this.webhook, pending.id, body, signal);
    if (signal.aborted && !result.delivered) return;
    if (result.delivered) {
      this.#forget(pending);
      if (this.#misses > 0) onState(this.webhook.name, undefined);
      this.#misses = 0;
      return onResult(this.webhook.name, 'delivered');
    }
    const now = timers.now();
    pending.tries += 1;
    pending.next = now + this.#backoff(pending.tries, result.retryAfter);
    if (result.isOutage) {
      this.#misses += 1;
      this.#restUntil = now + this.#backoff(this.#misses, result.retryAfter);
      pending.next = this.#restUntil;
      onState(this.webhook.name, result.why);
    }
    onResult(this.webhook.name, 'failed', result.why);
  }

  #backoff(times: number, asked: number | undefined): number {
    const delay = RETRIES[Math.min(times, RETRIES.length) - 1]!;
    // Between 0.8 and 1.2 of the delay, and at least the receiver's.
    return Math.max(delay * (0.8 + 0.4 * this.#parts.random()), asked ?? 0);
  }

  #drop(pending: Pending, why: string): void {
    this.#forget(pending);
    this.#parts.onResult(this.webhook.name, 'dropped', why);
  }

  #forget(pending: Pending): void {
    this.#pending = this.#pending.filter((other) => other !== pending);
    void this.#parts.outbox.remove(pending.id);
  }
}
