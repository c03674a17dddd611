import { isoTime, readIsoTime } from '../domain/instant.js';
import { MAX_SIGHTED, type SightedBatch, type Sightings } from '../domain/sightings.js';

/** Times in ISO 8601. */
export function writeSightings({ index, checked, batches }: Sightings): string {
  return JSON.stringify({
    index,
    checked: isoTime(checked),
    batches: batches.map(({ seen, without, names }) => ({
      seen: isoTime(seen),
      without: isoTime(without),
      names,
    })),
  });
}

/** Undefined if any part is invalid. */
export function readSightings(text: string): Sightings | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record: { readonly [Key in keyof Sightings]?: unknown } = value;
  const { index } = record;
  const checked = readIsoTime(record.checked);
  if (typeof index !== 'string' || checked === undefined || !Array.isArray(record.batches))
    return undefined;
  const batches: SightedBatch[] = [];
  let count = 0;
  for (const one of record.batches as unknown[]) {
    const batch = readBatch(one);
    if (batch === undefined) return undefined;
    count += batch.names.length;
    batches.push(batch);
  }
  return count > MAX_SIGHTED ? undefined : { index, checked, batches };
}

function readBatch(value: unknown): SightedBatch | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const batch: { readonly [Key in keyof SightedBatch]?: unknown } = value;
  const seen = readIsoTime(batch.seen);
  const without = readIsoTime(batch.without);
  if (seen === undefined || (batch.without !== undefined && without === undefined))
    return undefined;
  const { names } = batch;
  const isRight = Array.isArray(names) && names.every((name) => typeof name === 'string');
  return isRight ? { seen, without, names } : undefined;
}
