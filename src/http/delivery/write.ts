import type { ServerResponse } from 'node:http';

/**
 * Writes one piece, and waits until the connection has taken it: from then on its memory may be used again.
 * Resolves to false once the client is gone.
 */
export function write(res: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (res.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (taken: boolean) => {
      res.off('close', gone);
      resolve(taken);
    };
    const gone = () => done(false);
    res.once('close', gone);
    res.write(piece, (error) => done(error == null && !res.destroyed));
  });
}

/** Ends a response with its last piece, and waits until the connection has taken that, or is gone. */
export function endWith(res: ServerResponse, piece: Uint8Array): Promise<void> {
  if (res.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    res.once('close', resolve);
    res.end(piece);
  });
}
