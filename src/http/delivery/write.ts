import type { ServerResponse } from 'node:http';
import { isOver, whenOver } from '../cut-off.js';

/**
 * Writes one piece and waits until the connection has taken it, so its memory can be reused. Resolves to false once the
 * client has disconnected.
 */
export function write(res: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (isOver(res)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (taken: boolean) => {
      res.off('close', gone);
      resolve(taken);
    };
    const gone = () => done(false);
    res.once('close', gone);
    // Node reports no error if the connection was aborted.
    res.write(piece, (error) => done(error == null && !isOver(res)));
  });
}

/**
 * Ends a response with its last piece, and waits until nothing more becomes of it.
 * @returns whether the connection stood until the operating system had taken all of it
 */
export function endWith(res: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (isOver(res)) return Promise.resolve(false);
  return new Promise((resolve) => {
    whenOver(res, resolve);
    res.end(piece);
  });
}
