import { RULES } from '../../domain/rules.js';
import { type DecisionRecord, isAhead, isRequest } from '../record.js';

/** A decision without a verdict on the bytes has a separate value here, as in the metrics. */
export const VERDICTS = ['allow', 'warn', 'block', 'pending'] as const;
export const KINDS = ['wheel', 'sdist', 'metadata', 'other'] as const;
/** The effect of a match: refused, allowed by dry-run, or only a warning. */
export const MODES = ['enforce', 'dry-run', 'warn'] as const;
/** For a rule of another version. */
const OTHER_RULE = 'other';
export const COUNTED_RULES: readonly string[] = [...RULES, OTHER_RULE];

export type CountedVerdict = (typeof VERDICTS)[number];
export type CountedKind = (typeof KINDS)[number];
export type Mode = (typeof MODES)[number];

/** The counters of each hour and day, in storage order: a file with other slots is invalid. */
export const SLOTS: readonly string[] = [
  'requests',
  'failures',
  'cut',
  'served',
  'fetched',
  'hit',
  'miss',
  'sidecar',
  ...VERDICTS.flatMap((verdict) => KINDS.map((kind) => `${verdict}/${kind}`)),
  ...COUNTED_RULES.flatMap((rule) => MODES.map((mode) => `${rule}/${mode}`)),
];

const PLACES = new Map(SLOTS.map((slot, place) => [slot, place]));

/** The index of a slot. */
export function placeOf(slot: string): number {
  return PLACES.get(slot)!;
}

const REQUESTS = placeOf('requests');
const FAILURES = placeOf('failures');
const SERVED = placeOf('served');
const FETCHED = placeOf('fetched');
export const CUT = placeOf('cut');
const CACHES = { hit: placeOf('hit'), miss: placeOf('miss'), sidecar: placeOf('sidecar') };
const FIRST_VERDICT = placeOf('allow/wheel');
const FIRST_RULE = placeOf(`${COUNTED_RULES[0]}/enforce`);

/** Counts a decision twice: in the counts of its hour, from one index on, and in those of its day. */
export function countDecision(
  record: DecisionRecord,
  hours: Float64Array,
  hour: number,
  days: Float64Array,
  day: number,
): void {
  const { failure, bytes, fetched, cache, verdict, pending, filename, rule } = record;
  const add = (slot: number, by: number): void => {
    hours[hour + slot]! += by;
    days[day + slot]! += by;
  };
  // A probe has no user. A release in an OSV response was refused to a client, but was no request.
  if (isAhead(record)) return;
  if (isRequest(record)) {
    add(REQUESTS, 1);
    if (failure !== undefined) add(FAILURES, 1);
    add(SERVED, bytes);
    if (fetched !== undefined) add(FETCHED, fetched);
    // Another's log may hold anything there.
    const source = cache && CACHES[cache];
    if (source !== undefined) add(source, 1);
    const said = pending ? 3 : VERDICTS.indexOf(verdict);
    if (said !== -1) add(FIRST_VERDICT + said * KINDS.length + kindOf(filename), 1);
  }
  const mode = modeOf(record);
  if (mode !== undefined) add(FIRST_RULE + ruleOf(rule) * MODES.length + MODES.indexOf(mode), 1);
}

/** The effect of the match in a record; undefined if the file was allowed. */
export function modeOf({ verdict, wouldBlock, rule }: DecisionRecord): Mode | undefined {
  if (wouldBlock === true) return 'dry-run';
  if (verdict === 'block') return 'enforce';
  return verdict === 'warn' && rule !== undefined ? 'warn' : undefined;
}

function kindOf(filename: string): number {
  if (filename.endsWith('.metadata')) return 2;
  if (filename.endsWith('.whl')) return 0;
  return filename.endsWith('.tar.gz') || filename.endsWith('.zip') ? 1 : 3;
}

function ruleOf(rule: string | undefined): number {
  const place = rule === undefined ? -1 : COUNTED_RULES.indexOf(rule);
  return place === -1 ? COUNTED_RULES.length - 1 : place;
}
