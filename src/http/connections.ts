import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TurnedAway } from './admission.js';

/** Ends a connection with the answer. */
export const CLOSING = { connection: 'close' } as const;

/** What those are told who come beyond the bounds. */
export const TOO_MANY: TurnedAway = {
  kind: 'overloaded',
  detail: 'There are too many connections.',
  headers: { ...CLOSING, 'retry-after': '2' },
};

/** Tells which connections are too many. */
export type SurplusConnections = Pick<Connections, 'isSurplus'>;

/** For a server without bounds. */
export const UNBOUNDED: SurplusConnections = { isSurplus: () => false };

/** How many connections a process has at a time. */
export interface ConnectionBounds {
  /** In all. */
  readonly all: number;
  /** From one address. */
  readonly perClient: number;
  /** Whether an address stands for many clients, as a proxy in front does: it has no bound of its own. */
  readonly isShared: (address: string) => boolean;
  /** Connections beyond the bounds that are kept until they have been told so. */
  readonly surplus: number;
}

/**
 * Counts the connections of a server, and keeps some beyond its bounds: whoever comes then is told so, and is answered what
 * needs none of what the others hold (`/healthz`). One that asks nothing makes room for the next.
 */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #turnAway: (socket: Socket) => void;
  readonly #byClient = new Map<string, number>();
  readonly #surplus = new Set<Socket>();
  #open = 0;

  /** @param turnAway ends a connection that nobody has time for */
  constructor(bounds: ConnectionBounds, turnAway: (socket: Socket) => void) {
    this.#bounds = bounds;
    this.#turnAway = turnAway;
  }

  /** Watches a server's connections. */
  watch(server: Server | TlsServer, isTls: boolean): void {
    server.on('connection', (socket: Socket) => this.#count(socket));
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      if (!this.#isBeyond(socket)) return;
      // Those who ask nothing at the moment come back when they do.
      if (this.#open > this.#bounds.all) server.closeIdleConnections();
      this.#keep(socket);
    });
  }

  /** Whether a connection is one too many, and only to be told so. */
  isSurplus(socket: Socket): boolean {
    if (this.#surplus.size === 0 || !this.#surplus.has(socket)) return false;
    if (this.#isBeyond(socket)) return true;
    this.#surplus.delete(socket);
    return false;
  }

  #count(socket: Socket): void {
    const address = addressOf(socket);
    this.#open += 1;
    this.#byClient.set(address, (this.#byClient.get(address) ?? 0) + 1);
    socket.once('close', () => {
      this.#open -= 1;
      const left = this.#byClient.get(address)! - 1;
      if (left === 0) this.#byClient.delete(address);
      else this.#byClient.set(address, left);
    });
  }

  #keep(socket: Socket): void {
    this.#surplus.add(socket);
    socket.once('close', () => this.#surplus.delete(socket));
    if (this.#surplus.size <= this.#bounds.surplus) return;
    const [oldest] = this.#surplus;
    this.#surplus.delete(oldest!);
    this.#turnAway(oldest!);
  }

  #isBeyond(socket: Socket): boolean {
    const { all, perClient, isShared } = this.#bounds;
    if (this.#open > all) return true;
    const address = addressOf(socket);
    return (this.#byClient.get(address) ?? 0) > perClient && !isShared(address);
  }
}

function addressOf({ remoteAddress }: Socket): string {
  return remoteAddress ?? '';
}
