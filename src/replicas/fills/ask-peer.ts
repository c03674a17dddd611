import { type IncomingMessage, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP } from 'node:net';
import { SourceLost } from '../../fleet/source-lost.js';
import { withDeadline } from '../../runtime/deadline.js';
import { ASKED } from './introduction.js';
import type { PeerAddress } from './peer-address.js';

export interface Answered {
  readonly res: IncomingMessage;
  /** Closes the connection. */
  readonly leave: () => void;
}

/**
 * Sends a request to another replica.
 * @param silence the timeout until its response, in milliseconds
 * @throws {SourceLost} if it does not respond
 */
export async function askPeer(
  { url, address }: PeerAddress,
  path: string,
  asked: string,
  silence: number,
  signal: AbortSignal,
): Promise<Answered> {
  const send = url.protocol === 'https:' ? requestTls : request;
  const req = send(new URL(path, url), {
    agent: false,
    signal,
    headers: { [ASKED]: asked },
    // Connects only to the verified address, even if the name now resolves to another.
    lookup: (_host, { all }, callback) => {
      const family = isIP(address);
      if (all) callback(null, [{ address, family }]);
      else callback(null, address, family);
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    req.on('response', resolve);
    req.on('error', reject);
  });
  req.end();
  const started = performance.now();
  try {
    const res = await withDeadline(silence, answered);
    // The reader receives its errors.
    res.on('error', () => {});
    return { res, leave: () => void req.destroy() };
  } catch (error) {
    req.destroy();
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    const isEnd = code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE';
    const since = performance.now() - started;
    throw new SourceLost(isEnd ? { how: 'ended' } : { how: 'silent', since });
  }
}
