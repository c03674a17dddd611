import { type Bundle, digestOf } from './bundle.js';

/** The state of this replica's folder. */
export type OwnFolder =
  /** It is in force, or the shared policy is in its place, and it has not been edited since. */
  | { readonly kind: 'settled'; readonly digest: string | undefined }
  /** It was edited, and is valid. `whileAway`: at an unknown time. */
  | { readonly kind: 'edited'; readonly digest: string; readonly whileAway: boolean }
  /** This replica has not had a shared policy so far. */
  | { readonly kind: 'new'; readonly digest: string };

export interface Situation {
  /** The bundle in Redis; undefined if there is none that a replica has signed. */
  readonly there: Bundle | undefined;
  /** The newest one known to this replica. */
  readonly held: Bundle | undefined;
  readonly own: OwnFolder;
  /** The highest number that other replicas report. */
  readonly highest: number;
}

export type NextStep =
  | { readonly kind: 'nothing' }
  /** Share the own folder with all, under this number. */
  | { readonly kind: 'publish'; readonly after: Bundle | undefined }
  /** Store the known bundle again, because it is missing or outdated in Redis. */
  | { readonly kind: 'put-back'; readonly bundle: Bundle }
  | { readonly kind: 'take'; readonly bundle: Bundle }
  /** The own folder has the same content: it stays in force, under that number. */
  | { readonly kind: 'adopt'; readonly bundle: Bundle };

const NOTHING: NextStep = { kind: 'nothing' };

/**
 * A replica's next action for the shared policy: the highest number overrides, and an edit gets a higher one. The value
 * in Redis may be missing, or replayed by someone with write access, so the known bundle has priority.
 */
export function nextStep(situation: Situation): NextStep {
  const { there, held, own, highest } = situation;
  const newest = newer(there, held);
  // Other replicas have a newer one that is not in Redis (any longer): they store it again.
  if (highest > (newest?.seq ?? 0)) return NOTHING;
  if (own.kind === 'settled') return settled(there, held);
  if (newest === undefined) return { kind: 'publish', after: undefined };
  if (digestOf(newest.files) === own.digest) return { kind: 'adopt', bundle: newest };
  // A former policy does not become newer because it is in the folder of a replica that was absent.
  const isOld = newest.past.includes(own.digest);
  const sawNobody = own.kind === 'new' || (own.whileAway && newest.seq > (held?.seq ?? 0));
  if (isOld && sawNobody) return take(newest, held);
  return { kind: 'publish', after: newest };
}

/** The one with the higher number; for equal numbers, the same one on every replica. */
export function newer(a: Bundle | undefined, b: Bundle | undefined): Bundle | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b;
  return digestOf(a.files) >= digestOf(b.files) ? a : b;
}

function settled(there: Bundle | undefined, held: Bundle | undefined): NextStep {
  if (held === undefined) return there === undefined ? NOTHING : { kind: 'take', bundle: there };
  if (there !== undefined && isSame(there, held)) return NOTHING;
  return newer(there, held) === held ? { kind: 'put-back', bundle: held } : take(there!, held);
}

function take(bundle: Bundle, held: Bundle | undefined): NextStep {
  return held !== undefined && isSame(bundle, held) ? NOTHING : { kind: 'take', bundle };
}

function isSame(a: Bundle, b: Bundle): boolean {
  return a.seq === b.seq && digestOf(a.files) === digestOf(b.files);
}
