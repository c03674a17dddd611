import { type DecisionRecord, isAhead } from '../decisions/record.js';

/**
 * What a client came to hold by one request: the `whole` artifact; `part` of it (a range, or it broke off); part of it
 * `early`, before anybody had judged its bytes; it `had` the artifact already, and was told that it is unchanged; a
 * `prefix`, cut off by the refusal; or nothing: it asked, and was `refused`; or it has the release `locked`, or installed,
 * and only asked what is known of it.
 */
export type Delivery = 'whole' | 'part' | 'early' | 'had' | 'prefix' | 'refused' | 'locked';

/** Whether a client came to hold anything by it. */
export function isGiven({ delivery }: { readonly delivery: Delivery }): boolean {
  return delivery !== 'refused' && delivery !== 'locked';
}

/** Reads it off a record; undefined for what gives nothing away: sidecars, HEAD, ranges beyond the end, probes. */
export function deliveryOf(record: DecisionRecord): Delivery | undefined {
  if (record.filename.endsWith('.metadata') || isAhead(record)) return undefined;
  if (record.verdict === 'block') return record.bytes > 0 ? 'prefix' : 'refused';
  if (record.status === 304) return 'had';
  if (record.bytes === 0) return undefined;
  if (record.pending === true) return 'early';
  return isWhole(record) ? 'whole' : 'part';
}

/** A range may be all of it: curl and download managers ask for `bytes=0-`. */
function isWhole({ status, complete, bytes, size }: DecisionRecord): boolean {
  return complete && (status === 200 || bytes === size);
}

/** Who asked, as far as the record tells: the forwarded address before the one that connected. */
export function clientOf({
  client,
  forwarded,
  user,
}: Pick<DecisionRecord, 'client' | 'forwarded' | 'user'>): string {
  const address = forwarded ?? client;
  return user === undefined ? address : `${user}@${address}`;
}
