import { type Agent, request } from 'node:http';
import type { Random } from '../support/random.js';
import type { KnownFile } from './world.js';

/** How one client asks, and how it behaves. */
export interface Plan {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  /** Goes away after so many bytes of the body. */
  readonly leaveAfter: number | undefined;
}

/** What a client has seen. */
export interface Seen {
  readonly file: KnownFile;
  readonly plan: Plan;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Whether the response ended as a whole one does. */
  readonly complete: boolean;
  /** Whether the client gave up waiting. */
  readonly hung: boolean;
}

/** Until a client that hears nothing gives up, in milliseconds; pip does after 15 s. */
const PATIENCE = 60_000;

export function planFor({ dist }: KnownFile, random: Random): Plan {
  const size = dist.bytes.length;
  const headers: Record<string, string> = {};
  const from = random.below(size);
  const kind = random.next();
  if (kind < 0.15) headers.range = `bytes=${from}-${from + random.below(size)}`;
  else if (kind < 0.2) headers.range = `bytes=-${1 + random.below(size)}`;
  else if (kind < 0.25) headers['if-none-match'] = `"${dist.sha256}"`;
  else if (kind < 0.3) {
    headers.range = `bytes=${from}-`;
    headers['if-range'] = random.chance(0.5) ? `"${dist.sha256}"` : '"another"';
  }
  return {
    method: random.chance(0.1) ? 'HEAD' : 'GET',
    headers,
    leaveAfter: random.chance(0.15) ? random.below(size) : undefined,
  };
}

/** Asks once, by default on a connection of its own. Never rejects. */
export function askFor(
  base: string,
  file: KnownFile,
  plan: Plan,
  agent: Agent | false = false,
): Promise<Seen> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let hung = false;
    const done = (status: number, headers: Seen['headers'] = {}, complete = false): void =>
      resolve({ file, plan, status, headers, body: Buffer.concat(chunks), complete, hung });
    const req = request(
      base + file.path,
      { method: plan.method, headers: plan.headers, agent },
      (res) => {
        const end = () => done(res.statusCode ?? 0, res.headers, res.complete);
        res.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          received += chunk.length;
          if (plan.leaveAfter !== undefined && received > plan.leaveAfter) req.destroy();
        });
        res.on('end', end);
        res.on('error', end);
        res.on('close', end);
      },
    );
    req.setTimeout(PATIENCE, () => {
      hung = true;
      req.destroy();
    });
    req.on('error', () => done(0));
    req.end();
  });
}
