import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '../access/access-list.js';

/** Answers a request, or throws: a `Failure` says by its kind with which status. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** What is known of a request before its route answers. */
export interface Asked {
  /** Joins what the client is told, the log and the decision record. */
  readonly id: string;
  /** Whom the request's token belongs to; undefined where nobody has to show one. */
  readonly identity?: Identity | undefined;
  /** Its row in the table of routes; undefined where its path has none. */
  readonly row?:
    | {
        readonly methods: readonly string[];
        readonly maxBody?: number;
        readonly answer: Handler;
      }
    | undefined;
}

const known = new WeakMap<IncomingMessage, Asked>();

/** Lets whoever holds the request find it. */
export function noteAsked(req: IncomingMessage, asked: Asked): void {
  known.set(req, asked);
}

/** Undefined for a page that is answered before anything has to be known. */
export function askedOf(req: IncomingMessage): Asked | undefined {
  return known.get(req);
}
