import type { ServerResponse } from 'node:http';
import { FAILURES, type FailureKind } from '../domain/failure.js';

/** The status in metrics for a client that disconnected early, as in nginx. */
const HUNG_UP = 499;

const TOO_SLOW: FailureKind = 'request-timeout';

const causes = new WeakMap<ServerResponse, number>();

/**
 * Aborts a response, so the client does not treat it as complete.
 * @param status for the metrics: the cause of the abort. The client has received another status, or none
 */
export function cutOff(res: ServerResponse, status: number): void {
  if (!isOver(res) && !causes.has(res)) causes.set(res, status);
  res.destroy();
}

/**
 * Whether nothing more can be sent: the client has disconnected, or closed its side, or the response was aborted. The
 * response's own event fires slightly later.
 */
export function isOver(res: ServerResponse): boolean {
  return res.destroyed || !res.req.socket.writable;
}

/**
 * Calls back once, at the end of a response.
 * @param onEnd receives whether the operating system took all of it while the connection was open. Node's
 * `writableFinished` is also true for aborted connections.
 */
export function whenOver(res: ServerResponse, onEnd: (taken: boolean) => void): void {
  // Its client may have left while something was asked.
  if (res.destroyed) return onEnd(false);
  const { socket } = res.req;
  let taken = false;
  res.once('finish', () => {
    taken = !socket.destroyed;
  });
  res.once('close', () => onEnd(taken));
}

/** Aborts a response whose client reads nothing. */
export function cutOffTooSlow(res: ServerResponse): void {
  cutOff(res, FAILURES[TOO_SLOW].status);
}

/** The reason of such an abort, if the client read nothing. */
export function tooSlow(res: ServerResponse): FailureKind | undefined {
  return causes.get(res) === FAILURES[TOO_SLOW].status ? TOO_SLOW : undefined;
}

/** The status under which a response is counted that was not taken to its end. */
export function statusOfCut(res: ServerResponse): number {
  return causes.get(res) ?? HUNG_UP;
}
