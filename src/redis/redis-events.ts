import { randomUUID } from 'node:crypto';
import { everyUnref } from '../runtime/change-watch.js';
import { createClient, type RedisClient, type RedisSettings } from './client.js';
import { Errands } from './errands.js';
import type { RedisLine } from './redis-line.js';

/** Between two words to itself, in milliseconds. */
const BEAT = 5_000;

/**
 * Immediate messages between the clients of a Redis. Redis keeps no messages for absent subscribers, so each client
 * sends itself heartbeats to detect missed messages.
 */
export class RedisEvents {
  readonly #line: RedisLine;
  readonly #client: RedisClient;
  readonly #listeners = new Map<string, ((message: Buffer) => void)[]>();
  readonly #gapListeners: (() => void)[] = [];
  readonly #announcements = new Errands();
  readonly #self = randomUUID();
  readonly #beat: string;
  readonly #stop: () => void;
  /** Whether the last heartbeat has arrived. */
  #heard = false;
  #missing = true;

  /** @param line the connection for sending */
  constructor(settings: RedisSettings, line: RedisLine) {
    this.#line = line;
    this.#client = createClient(settings);
    this.#beat = line.key('beat');
    // The other connection reports the same errors.
    this.#client.on('error', () => {});
    this.#client.on('ready', () => this.#subscribe());
    this.#client.on('close', () => this.#lose());
    this.#client.on('messageBuffer', (channel: Buffer, message: Buffer) =>
      this.#receive(channel.toString(), message),
    );
    this.#stop = everyUnref(BEAT, async () => this.#check());
  }

  /** Calls back with each message in a channel, including one's own. Call it before `begin`. */
  on(name: string, listener: (message: Buffer) => void): void {
    const channel = this.#line.key(name);
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
  }

  /** Calls back whenever messages may have been missed, once the subscription works again, including the first time. */
  onGap(listener: () => void): void {
    this.#gapListeners.push(listener);
  }

  /** Connects in the background. */
  begin(): void {
    // The client retries by itself.
    this.#client.connect().catch(() => {});
  }

  /** Whoever listens hears it. Rejects where Redis does not take it. */
  async send(name: string, message: string | Buffer): Promise<void> {
    await this.#publish(this.#line.key(name), message);
  }

  /** Tells whoever listens to a channel to look again; where Redis does not take that, once it does. */
  announce(name: string): void {
    void this.#announcements.run(name, () => this.send(name, ''));
  }

  close(): void {
    this.#stop();
    this.#announcements.close();
    this.#client.disconnect();
  }

  #subscribe(): void {
    const channels = [this.#beat, ...this.#listeners.keys()];
    this.#client.subscribe(...channels).then(
      () => this.#say(),
      // It is tried again at the next beat.
      () => {},
    );
  }

  /** A word to itself: one that is lost is missed at the next check. */
  #say(): void {
    this.#publish(this.#beat, this.#self).catch(() => {});
  }

  #publish(channel: string, message: string | Buffer): Promise<unknown> {
    return this.#line.ask((redis) => redis.publish(channel, message));
  }

  #check(): void {
    if (!this.#heard) {
      this.#lose();
      if (this.#client.status === 'ready') return this.#subscribe();
    }
    this.#heard = false;
    this.#say();
  }

  #lose(): void {
    this.#missing = true;
  }

  #receive(channel: string, message: Buffer): void {
    if (channel === this.#beat) {
      if (message.toString() === this.#self) this.#hear();
      return;
    }
    for (const listener of this.#listeners.get(channel) ?? []) listener(message);
  }

  #hear(): void {
    this.#heard = true;
    if (!this.#missing) return;
    this.#missing = false;
    for (const listener of this.#gapListeners) listener();
  }
}
