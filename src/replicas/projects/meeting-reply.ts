import type { FactRecord } from './fact-records.js';

/** Fields and values of a hash, up to where they were read. */
export interface HashPart {
  readonly key: string;
  readonly records: readonly FactRecord[];
  /** Undefined where that is all. */
  readonly cursor: string | undefined;
}

/** What Redis says of a project in one step. */
export interface MeetingReply {
  readonly turn: 'ours' | 'theirs' | 'none';
  /** In the order in which they were asked for. */
  readonly hashes: readonly HashPart[];
  /** Sealed heads and bodies, empty where there is none. */
  readonly pages: readonly { readonly head: Buffer; readonly body: Buffer }[];
}

/** Reads what the script `MEET` answers. @param keys of the hashes that were asked for */
export function readMeeting(reply: unknown, keys: readonly string[]): MeetingReply {
  const [state, hashes, pages] = reply as [Buffer, unknown[], Buffer[]];
  const turn = state.toString() as MeetingReply['turn'];
  const found = [];
  for (let at = 0; at < pages.length; at += 2)
    found.push({ head: pages[at]!, body: pages[at + 1]! });
  return {
    turn,
    hashes: keys.map((key, index) => readHash(hashes[index], key)),
    pages: found,
  };
}

/** The counter that a hash keeps of itself. */
const COUNTER = 'bytes';

/** Reads what the scripts answer of a hash. */
export function readHash(reply: unknown, key: string): HashPart {
  const [cursor, found] = reply as [Buffer, Buffer[]];
  const records: FactRecord[] = [];
  for (let at = 0; at < found.length; at += 2) {
    const field = found[at]!.toString();
    if (field !== COUNTER) records.push({ key, field, value: found[at + 1]! });
  }
  const next = cursor.toString();
  return { key, records, cursor: next === '0' ? undefined : next };
}
