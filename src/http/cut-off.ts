import type { ServerResponse } from 'node:http';
import { FAILURES, type FailureKind } from '../domain/failure.js';

/** What a response is counted as whose client hung up before its end, as nginx has it. */
const HUNG_UP = 499;

const TOO_SLOW: FailureKind = 'request-timeout';

const causes = new WeakMap<ServerResponse, number>();

/**
 * Cuts a response off: its client must not take for whole what is not.
 * @param status of what made it end, under which it is counted; the client has been told of another, or of none
 */
export function cutOff(res: ServerResponse, status: number): void {
  if (!isOver(res) && !causes.has(res)) causes.set(res, status);
  res.destroy();
}

/**
 * Whether nothing can be sent any more: the client has hung up, or closed its side, or the response was cut off. The
 * response itself hears of it a moment later.
 */
export function isOver(res: ServerResponse): boolean {
  return res.destroyed || !res.req.socket.writable;
}

/**
 * Calls back once, when nothing more becomes of a response.
 * @param onEnd told whether all of it went to the operating system while the connection stood. Node's `writableFinished`
 * says so of connections that broke off, too.
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

/** Cuts a response off whose client takes nothing of it. */
export function cutOffTooSlow(res: ServerResponse): void {
  cutOff(res, FAILURES[TOO_SLOW].status);
}

/** Why it was cut off, where its client took nothing of it. */
export function tooSlow(res: ServerResponse): FailureKind | undefined {
  return causes.get(res) === FAILURES[TOO_SLOW].status ? TOO_SLOW : undefined;
}

/** The status under which a response is counted that was not taken to its end. */
export function statusOfCut(res: ServerResponse): number {
  return causes.get(res) ?? HUNG_UP;
}
