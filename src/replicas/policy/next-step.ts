import { type Bundle, digestOf } from './bundle.js';

/** How it stands with the folder of this replica. */
export type OwnFolder =
  /** It holds, or what others share holds in its place, and it has not been edited since. */
  | { readonly kind: 'settled'; readonly digest: string | undefined }
  /** It was edited, and validates. `whileAway`: nobody saw when. */
  | { readonly kind: 'edited'; readonly digest: string; readonly whileAway: boolean }
  /** This replica has known of no shared policy so far. */
  | { readonly kind: 'new'; readonly digest: string };

export interface Situation {
  /** What lies in Redis; undefined where no replica has put it there. */
  readonly there: Bundle | undefined;
  /** The newest that this replica has known. */
  readonly held: Bundle | undefined;
  readonly own: OwnFolder;
  /** The highest number that other replicas say they hold. */
  readonly highest: number;
}

export type NextStep =
  | { readonly kind: 'nothing' }
  /** Hand the own folder to all, under this number. */
  | { readonly kind: 'publish'; readonly after: Bundle | undefined }
  /** What is held is put back where it is gone, or something older lies. */
  | { readonly kind: 'put-back'; readonly bundle: Bundle }
  | { readonly kind: 'take'; readonly bundle: Bundle }
  /** The own folder says the same: it goes on holding, under that number. */
  | { readonly kind: 'adopt'; readonly bundle: Bundle };

const NOTHING: NextStep = { kind: 'nothing' };

/**
 * What a replica does about the policy that replicas share: the highest number wins, and an edit that somebody makes gets a
 * higher one. What lies in Redis may be gone, or be put back by whoever can write there: what was held counts more.
 */
export function nextStep(situation: Situation): NextStep {
  const { there, held, own, highest } = situation;
  const newest = newer(there, held);
  // Others hold what is not there (any more): they put it back.
  if (highest > (newest?.seq ?? 0)) return NOTHING;
  if (own.kind === 'settled') return settled(there, held);
  if (newest === undefined) return { kind: 'publish', after: undefined };
  if (digestOf(newest.files) === own.digest) return { kind: 'adopt', bundle: newest };
  // What has been in force before is not newer by lying in a folder of a replica that was not there.
  const isOld = newest.past.includes(own.digest);
  const sawNobody = own.kind === 'new' || (own.whileAway && newest.seq > (held?.seq ?? 0));
  if (isOld && sawNobody) return take(newest, held);
  return { kind: 'publish', after: newest };
}

/** The one with the higher number; of two with the same, the same one for everybody. */
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
