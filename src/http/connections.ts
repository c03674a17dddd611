import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TurnedAway } from './admission.js';

/** Ends a connection with the answer. */
export const CLOSING = { connection: 'close' } as const;

/** The response to clients beyond the limits. */
export const TOO_MANY: TurnedAway = {
  kind: 'overloaded',
  detail: 'Too many connections.',
  headers: { ...CLOSING, 'retry-after': '2' },
};

/** Decides which connections are surplus. */
export type SurplusConnections = Pick<Connections, 'isSurplus'>;

/** For a server without bounds. */
export const UNBOUNDED: SurplusConnections = { isSurplus: () => false };

/** How many connections a process has at a time. */
export interface ConnectionBounds {
  /** In all. */
  readonly all: number;
  /** From one address. */
  readonly perClient: number;
  /** Whether an address represents many clients, such as a proxy: it has no separate limit. */
  readonly isShared: (address: string) => boolean;
  /** Surplus connections that are kept open until they have received the error. */
  readonly surplus: number;
}

/**
 * Counts the connections of a server, and accepts some beyond its limits: they receive an error, or a response that
 * needs none of the limited resources (`/healthz`). An idle connection is closed to make room.
 */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #turnAway: (socket: Socket) => void;
  readonly #byClient = new Map<string, number>();
  /** By their remote ends: a TLS connection changes its socket object after the handshake. */
  readonly #surplus = new Map<string, Socket>();
  #open = 0;

  /** @param turnAway closes a connection beyond all limits, as it was accepted */
  constructor(bounds: ConnectionBounds, turnAway: (socket: Socket) => void) {
    this.#bounds = bounds;
    this.#turnAway = turnAway;
  }

  /** Watches a server's connections, from before any handshake on: one that never ends takes a file as well. */
  watch(server: Server | TlsServer): void {
    server.on('connection', (socket: Socket) => {
      this.#count(socket);
      if (!this.#isBeyond(socket)) return;
      // Idle clients reconnect with their next request.
      if (this.#open > this.#bounds.all) server.closeIdleConnections();
      this.#keep(socket);
    });
  }

  /** Whether a connection is surplus, and only receives the error. */
  isSurplus(socket: Socket): boolean {
    if (this.#surplus.size === 0) return false;
    const end = otherEndOf(socket);
    if (!this.#surplus.has(end)) return false;
    if (this.#isBeyond(socket)) return true;
    this.#surplus.delete(end);
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
    const end = otherEndOf(socket);
    this.#surplus.set(end, socket);
    socket.once('close', () => {
      if (this.#surplus.get(end) === socket) this.#surplus.delete(end);
    });
    if (this.#surplus.size <= this.#bounds.surplus) return;
    const [oldest] = this.#surplus;
    const [itsEnd, itself] = oldest!;
    this.#surplus.delete(itsEnd);
    this.#turnAway(itself);
  }

  #isBeyond(socket: Socket): boolean {
    const { all, perClient, isShared } = this.#bounds;
    if (this.#open > all) return true;
    const address = addressOf(socket);
    return (this.#byClient.get(address) ?? 0) > perClient && !isShared(address);
  }
}

function otherEndOf(socket: Socket): string {
  return `${addressOf(socket)} ${socket.remotePort}`;
}

function addressOf({ remoteAddress }: Socket): string {
  return remoteAddress ?? '';
}
