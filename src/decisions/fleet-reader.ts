import {
  lastSeen,
  maybeMissingBetween,
  maybeMissingSince,
  noDecisions,
  noDecisionsBefore,
  noDecisionsSince,
  REDIS_SILENT,
  REPLICA_SILENT,
  UNCONFIRMED,
} from '../messages/decisions.js';
import { JoinedSearch } from './joined-search.js';
import type { BackwardReader, DecisionQuery, SearchBack } from './reader.js';

/** Decisions of another replica that are missing here, or may be missing. */
export interface Missing {
  /** Replica name. Absent if it is unknown. */
  readonly replica?: string | undefined;
  /** ISO 8601. Absent for its first decision. */
  readonly from: string | undefined;
  /** ISO 8601. Absent if no later decision has arrived. */
  readonly to: string | undefined;
  /**
   * `lost`: not received and not recoverable. `redis`: Redis is down. `silent`: no messages arrive from the replica. `late`: the
   * replica is present, but has not sent all decisions yet. `archive`: not in S3, or older than the retained log.
   */
  readonly why: 'lost' | 'redis' | 'silent' | 'late' | 'archive';
  /** ISO 8601: time of the replica's last message. */
  readonly heard?: string | undefined;
}

export interface FleetReaderParts {
  /** The own log. */
  readonly own: BackwardReader;
  /** The decisions received from the others. */
  readonly heard: BackwardReader;
  /** The permanent archive of all replicas; undefined if there is none. */
  readonly archive: BackwardReader | undefined;
  /** @param heardSince start of the received decisions, ISO 8601; undefined for none */
  readonly missing: (heardSince: string | undefined) => Promise<readonly Missing[]>;
}

/** Reads the decisions of all replicas, from all available sources, and names the missing ones. */
export class FleetReader implements BackwardReader {
  readonly #parts: FleetReaderParts;

  constructor(parts: FleetReaderParts) {
    this.#parts = parts;
  }

  async searchBack(query: DecisionQuery): Promise<SearchBack> {
    const { own, heard, archive, missing } = this.#parts;
    const others = await heard.searchBack(query);
    const asked = (await missing(await others.reachesBackTo())).filter((one) =>
      isAsked(one, query),
    );
    const searches = [await own.searchBack(query), others];
    if (archive !== undefined) searches.push(await archive.searchBack(query));
    return new JoinedSearch(searches, asked.map(sentence));
  }
}

function isAsked({ from, to }: Missing, { since, until, time }: DecisionQuery): boolean {
  const at = time === undefined ? undefined : Date.parse(time);
  const [begins = at, ends = at] = [since, until];
  if (begins !== undefined && to !== undefined && Date.parse(to) < begins) return false;
  return ends === undefined || from === undefined || Date.parse(from) < ends;
}

const WHY: Readonly<Partial<Record<Missing['why'], string>>> = {
  redis: REDIS_SILENT,
  silent: REPLICA_SILENT,
  late: UNCONFIRMED,
};

function sentence({ replica: name, from, to, why, heard }: Missing): string {
  if (why === 'late' && name === undefined)
    return `decisions of other replicas since ${from} have not been read yet`;
  const replica = name ?? 'any other replica';
  const reason = WHY[why];
  const said = reason !== undefined && heard !== undefined ? lastSeen(reason, heard) : reason;
  if (from === undefined)
    return to === undefined ? noDecisions(replica, said) : noDecisionsBefore(replica, to);
  if (to !== undefined) return maybeMissingBetween(replica, from, to);
  return why === 'late'
    ? maybeMissingSince(replica, from, said)
    : noDecisionsSince(replica, from, said);
}
