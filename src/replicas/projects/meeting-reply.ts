import type { FactRecord } from './fact-records.js';

/** Fields and values of a hash, up to the read position. */
export interface HashPart {
  readonly key: string;
  readonly records: readonly FactRecord[];
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Redis's atomic reply about a project. */
export interface MeetingReply {
  readonly turn: 'ours' | 'theirs' | 'none';
  /** In the order of the request. */
  readonly hashes: readonly HashPart[];
  /** Sealed heads and bodies, empty if there is none. */
  readonly pages: readonly { readonly head: Buffer; readonly body: Buffer }[];
}

/** Parses the reply of the script `MEET`. @param keys the requested hashes */
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

/** The size counter in each hash. */
const COUNTER = 'bytes';

/** Parses the scripts' reply for a hash. */
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
