import { AGENTS } from '../agents.js';
import { Random } from '../random.js';
import { type DemoFile, PROJECTS } from './projects.js';

/** A client of the demo. Its address is from RFC 5737's ranges for documentation. */
interface Client {
  readonly user: string;
  readonly address: string;
  readonly agent: string;
  readonly weight: number;
}

const CLIENTS: readonly Client[] = [
  { user: 'ci-web', address: '192.0.2.10', agent: AGENTS.uv, weight: 12 },
  { user: 'ci-data', address: '192.0.2.11', agent: AGENTS.pip, weight: 9 },
  { user: 'nightly', address: '192.0.2.12', agent: AGENTS.pip, weight: 5 },
  { user: 'ann', address: '198.51.100.21', agent: AGENTS.uv, weight: 3 },
  { user: 'bo', address: '198.51.100.22', agent: AGENTS.poetry, weight: 2 },
  { user: 'chidi', address: '198.51.100.23', agent: AGENTS.pdm, weight: 2 },
];

/** One request for a file. */
export interface DemoRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly file: DemoFile;
  readonly client: Client;
}

const DAY = 86_400_000;

/** Draws one of them with probability in proportion to its weight. */
function heavy<T extends { readonly weight: number }>(from: readonly T[], random: Random): T {
  let left = random.next() * from.reduce((sum, { weight }) => sum + weight, 0);
  for (const one of from) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return from.at(-1)!;
}

/** The files that clients may request at a time: the existing ones, and rarely requested ones only for a while. */
function offered(daysBefore: number): DemoFile[] {
  return PROJECTS.filter(({ uploaded, until = 0 }) => uploaded > daysBefore && daysBefore >= until);
}

/** One request at a given time, by a random client. */
export function requestAt(at: number, end: number, random: Random): DemoRequest {
  const file = heavy(offered((end - at) / DAY), random);
  return { at, file, client: heavy(CLIENTS, random) };
}

/**
 * A month of requests in order, identical for the same end.
 * @param end milliseconds since 1970
 * @param days fewer than a month, for a test
 */
export function monthOf(end: number, days = 30): DemoRequest[] {
  const random = new Random(20_261_126);
  const requests: DemoRequest[] = [];
  for (let back = days - 1; back >= 0; back -= 1) {
    const begin = end - (back + 1) * DAY;
    const isWeekend = [0, 6].includes(new Date(begin).getUTCDay());
    const count = isWeekend ? 6 + random.below(5) : 24 + random.below(14);
    for (let one = 0; one < count; one += 1)
      requests.push(requestAt(begin + random.below(DAY), end, random));
  }
  return requests.sort((a, b) => a.at - b.at);
}
