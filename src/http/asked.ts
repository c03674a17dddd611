import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '../access/access-list.js';

/** Answers a request or throws. The kind of a `Failure` determines the status. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** The data of a request that is known before its route answers. */
export interface Asked {
  /** Joins the response, the log and the decision record. */
  readonly id: string;
  /** The owner of the request's token; undefined if no token is required. */
  readonly identity?: Identity | undefined;
  /** Its route; undefined for an unknown path. */
  readonly row?:
    | {
        readonly methods: readonly string[];
        readonly maxBody?: number;
        readonly answer: Handler;
      }
    | undefined;
}

const known = new WeakMap<IncomingMessage, Asked>();

/** Attaches the data to the request. */
export function noteAsked(req: IncomingMessage, asked: Asked): void {
  known.set(req, asked);
}

/** Undefined for a page that is answered before anything has to be known. */
export function askedOf(req: IncomingMessage): Asked | undefined {
  return known.get(req);
}
