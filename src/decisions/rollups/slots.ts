import { RULES } from '../../domain/rules.js';
import { type DecisionRecord, isAhead, isRequest } from '../record.js';

/** What is said of a file without its bytes having been judged is a verdict of its own here, as in the metrics. */
export const VERDICTS = ['allow', 'warn', 'block', 'pending'] as const;
export const KINDS = ['wheel', 'sdist', 'metadata', 'other'] as const;
/** How a rule spoke: it refused, it would have but for dry-run, or it only warned. */
export const MODES = ['enforce', 'dry-run', 'warn'] as const;
/** For a rule of another version. */
const OTHER_RULE = 'other';
export const COUNTED_RULES: readonly string[] = [...RULES, OTHER_RULE];

export type CountedVerdict = (typeof VERDICTS)[number];
export type CountedKind = (typeof KINDS)[number];
export type Mode = (typeof MODES)[number];

/** What is counted of each hour and day, in the order in which the counts lie: those of a file of other slots are none. */
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

/** Where a slot lies. */
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

/** Counts a decision twice: in the counts of its hour, from one place on, and in those of its day. */
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
  // A probe meets nobody. What was named in OSV's form was refused to somebody, and was no request.
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

/** How the rule spoke that a record names; undefined where it lets the file pass. */
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
