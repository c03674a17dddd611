import type { Fault } from '../support/fake-upstream.js';
import type { Random } from '../support/random.js';
import type { KnownFile } from './world.js';

/** @param ofPage a page that is not there, or that has another letter in a name, is an answer, and no fault */
export function anyFault(random: Random, { dist }: KnownFile, ofPage: boolean): Fault {
  const at = ofPage ? random.below(300) : random.below(dist.bytes.length);
  const statuses = [429, 500, 502, 503, ...(ofPage ? [] : [404])];
  return random.pick<Fault>([
    { kind: 'status', status: random.pick(statuses) },
    { kind: 'drop' },
    { kind: 'truncate', after: at },
    { kind: 'shorten', to: at },
    ...(ofPage ? [] : [{ kind: 'corrupt', at } as const]),
    { kind: 'stall', after: at },
    { kind: 'unannounced' },
    { kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' },
  ]);
}
