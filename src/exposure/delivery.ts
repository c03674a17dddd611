import { type DecisionRecord, isAhead } from '../decisions/record.js';

/**
 * The result of one request for a client: the `whole` artifact; `part` of it (a range, or an aborted response); part of
 * it `early`, before the verdict on its bytes; it `had` the artifact already, and received 304; a `prefix`, cut off by
 * the refusal; or no bytes, because it was `refused`; or it has the release `locked`, or installed, and only queried
 * its advisories.
 */
export type Delivery = 'whole' | 'part' | 'early' | 'had' | 'prefix' | 'refused' | 'locked';

/** Whether a client came to hold anything by it. */
export function isGiven({ delivery }: { readonly delivery: Delivery }): boolean {
  return delivery !== 'refused' && delivery !== 'locked';
}

/** Derived from a record; undefined if no bytes are delivered: sidecars, HEAD, ranges beyond the end, probes. */
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

/** The client in a record: the forwarded address, or else the peer address. */
export function clientOf({
  client,
  forwarded,
  user,
}: Pick<DecisionRecord, 'client' | 'forwarded' | 'user'>): string {
  const address = forwarded ?? client;
  return user === undefined ? address : `${user}@${address}`;
}
