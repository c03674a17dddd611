import type { DecisionRecord } from '../decisions/record.js';

/**
 * What a client came to hold by one request: the `whole` artifact; `part` of it (a range, or it hung up); it `had`
 * the artifact already, and was told that it is unchanged; a `prefix`, cut off by the refusal; or nothing: it
 * asked, and was `refused`.
 */
export type Delivery = 'whole' | 'part' | 'had' | 'prefix' | 'refused';

/** Reads it off a record; undefined for what gives nothing away: sidecars, HEAD, ranges beyond the end. */
export function deliveryOf(record: DecisionRecord): Delivery | undefined {
  if (record.filename.endsWith('.metadata')) return undefined;
  if (record.verdict === 'block') return record.bytes > 0 ? 'prefix' : 'refused';
  if (record.status === 304) return 'had';
  if (record.bytes === 0) return undefined;
  return record.status === 200 && record.complete ? 'whole' : 'part';
}

/** Who asked, as far as the record tells: the forwarded address before the one that connected. */
export function clientOf({ client, forwarded, user }: DecisionRecord): string {
  const address = forwarded ?? client;
  return user === undefined ? address : `${user}@${address}`;
}
