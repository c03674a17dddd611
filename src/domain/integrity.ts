import { differsFromPin, noStrongDigest, pinsDiffer } from '../messages/reasons.js';
import type { Sha256 } from './digest.js';
import { checked, contradiction, type Hashes, hasOtherStrong, isStrong } from './hashes.js';
import type { ProjectName } from './project-name.js';

/** What is done with files that an index declares no strong digest for. */
export type Unhashed = 'refuse' | 'pin';

/**
 * What is done where an index declares another strong digest for a file than that of the bytes first seen: they are refused,
 * or taken and the change recorded. `unwatched`: nobody keeps the first ones.
 */
export type Reuploads = 'refuse' | 'accept' | 'unwatched';

/** What an upstream's files are held to beside what it declares now. */
export interface Demands {
  readonly unhashed: Unhashed;
  readonly reuploads: Reuploads;
}

/** Whether the first bytes of its files are kept in mind. */
export function keepsPins({ unhashed, reuploads }: Demands): boolean {
  return unhashed === 'pin' || reuploads !== 'unwatched';
}

/**
 * Set where a file's sha256 does not say it all: its bytes are to be checked once they are here, or there is a doubt for
 * which they are refused.
 */
export type Integrity =
  | 'on-arrival'
  | {
      readonly doubt: string;
      /** SHA-256 of the new bytes, if changed bytes are the only integrity problem. A waiver can name it. */
      readonly other?: Sha256 | undefined;
    };

/** The file's previous bytes, if the change was accepted. */
export interface Replaced {
  readonly sha256: Sha256;
  /** Milliseconds since 1970: detection time of the change. Absent if the new bytes are not cached yet. */
  readonly at?: number | undefined;
}

/** Bytes that were received under a filename, and what was found true of them. */
export interface SeenBytes {
  readonly filename: string;
  readonly sha256: Sha256;
  /** Beside the sha256: the digests that the index declared. */
  readonly hashes: Hashes;
  /** A pin's: the index declared a strong digest for them, and they bind only where it declares none any more. */
  readonly declared?: boolean;
  /** A pin's: the sha256 of other bytes that the index had for the file since. Not kept. */
  readonly other?: Sha256;
  /** A pin's, where re-uploads are accepted: the bytes before. */
  readonly replaced?: Replaced;
  /** A pin's: the sha256 of other bytes that another machine has pinned. Neither is taken until somebody removes one. */
  readonly disputed?: Sha256;
}

/** Where it is learnt which bytes a file has: a checked digest, or a pin. */
export type SeenKind = 'facts' | 'pins';

/** Bytes that were seen, and of what. */
export interface LearntBytes {
  readonly what: SeenKind;
  readonly upstream: string;
  readonly project: ProjectName;
  readonly seen: SeenBytes;
}

/** Records by filename; one that is there and cannot be read is a doubt. */
export type SeenByName = ReadonlyMap<string, SeenBytes | 'unreadable'>;

/** What is known of a project's files at one upstream. */
export interface Seen {
  /** Bytes whose declared digest was checked. */
  readonly facts: SeenByName;
  /** The first bytes of files without a strong digest; undefined where they cannot be read. */
  readonly pins: SeenByName | undefined;
}

/** What the integrity of a file rests on. */
export interface Declared {
  readonly filename: string;
  readonly hashes: Hashes;
  readonly integrity?: Integrity | undefined;
}

export interface Identity {
  readonly sha256: Sha256 | undefined;
  readonly integrity: Integrity | undefined;
  readonly replaced?: Replaced;
}

/** Whether its declared digests alone say which bytes are meant. */
export function isIdentified({ hashes, integrity }: Declared, demands: Demands): boolean {
  return (
    !keepsPins(demands) &&
    hashes.sha256 !== undefined &&
    !hasOtherStrong(hashes) &&
    integrity === undefined
  );
}

/**
 * Which bytes a file has: those that the index declares a strong digest for, or else those that were first seen, where
 * the upstream's `unhashed` is `pin`. A pin holds whatever the index declares later; one of bytes that had a declared
 * digest only where `reuploads` is `refuse`.
 * @param file as the index declares it
 */
export function identify(file: Declared, demands: Demands, { facts, pins }: Seen): Identity {
  const { filename, hashes, integrity } = file;
  const { unhashed } = demands;
  if (typeof integrity === 'object') return { sha256: undefined, integrity };
  if (unhashed === 'refuse' && !isStrong(hashes)) return doubt(noStrongDigest(filename));
  if (keepsPins(demands)) {
    const pin = pins === undefined ? 'unreadable' : pins.get(filename);
    if (pin !== undefined && binds(pin, isStrong(hashes), demands)) return pinned(file, pin);
    if (typeof pin === 'object' && demands.reuploads === 'accept')
      return { ...declared(file, facts), ...replacement(hashes, pin) };
  }
  return declared(file, facts);
}

/** By what the index declares alone. */
function declared({ filename, hashes }: Declared, facts: SeenByName): Identity {
  if (isStrong(hashes)) {
    const sha256 = hashes.sha256 as Sha256 | undefined;
    if (!hasOtherStrong(hashes)) return { sha256, integrity: undefined };
    const fact = facts.get(filename);
    const proven = typeof fact === 'object' && bearsOut(fact, hashes);
    return proven
      ? { sha256: fact.sha256, integrity: undefined }
      : { sha256, integrity: 'on-arrival' };
  }
  return ON_ARRIVAL;
}

/** The bytes that were there before those that the index declares now. */
function replacement(hashes: Hashes, pin: SeenBytes): { readonly replaced?: Replaced } {
  if (contradiction(hashes, { ...pin.hashes, sha256: pin.sha256 }) !== undefined)
    return { replaced: { sha256: pin.sha256 } };
  return pin.replaced === undefined ? {} : { replaced: pin.replaced };
}

/** Whether other bytes than the pinned ones are refused. @param strong whether the index declares a strong digest now */
export function binds(
  pin: SeenBytes | 'unreadable',
  strong: boolean,
  { reuploads }: Demands,
): boolean {
  if (reuploads === 'refuse') return true;
  // Where a change is only recorded, nothing depends on what is kept of the bytes before.
  if (pin === 'unreadable') return !(strong && reuploads === 'accept');
  return !(pin.declared && strong);
}

const ON_ARRIVAL: Identity = { sha256: undefined, integrity: 'on-arrival' };

/**
 * What becomes of a pin that is held, once somebody else tells of his of the same file. Whose bytes came first cannot be
 * told any more: where they are not the same, and one of the two binds, neither counts.
 */
export function agreed(held: SeenBytes, told: SeenBytes, { reuploads }: Demands): SeenBytes {
  const { declared, disputed, other: _, ...pin } = held;
  if (held.sha256 === told.sha256) {
    const dispute = disputed ?? told.disputed;
    return {
      ...pin,
      hashes: { ...told.hashes, ...pin.hashes },
      ...(declared && told.declared && { declared }),
      ...(dispute !== undefined && { disputed: dispute }),
    };
  }
  // As long as the index declares what it has, it may have another file tomorrow.
  if (declared && told.declared && reuploads !== 'refuse') return told;
  return { ...held, disputed: disputed ?? told.sha256 };
}

/** Why a pin says nothing. */
export function inDispute(filename: string, { sha256, disputed }: SeenBytes): string {
  return pinsDiffer(filename, short(sha256), short(disputed ?? ''));
}

/** Other bytes than those of the pin. */
export function notPinned(filename: string, pin: SeenBytes, other: string): string {
  return differsFromPin(filename, short(other), short(pin.sha256));
}

/** A reason phrase is short. */
function short(sha256: string): string {
  return `sha256 ${sha256.slice(0, 12)}…`;
}

function pinned({ filename, hashes }: Declared, pin: SeenBytes | 'unreadable'): Identity {
  if (pin === 'unreadable') return doubt(`the pin of ${filename} cannot be read`);
  if (pin.disputed !== undefined) return doubt(inDispute(filename, pin));
  if (pin.other !== undefined)
    return {
      sha256: undefined,
      integrity: { doubt: notPinned(filename, pin, pin.other), other: pin.other },
    };
  const { sha256 } = pin;
  const wrong = contradiction(hashes, { ...pin.hashes, sha256 });
  if (wrong !== undefined) {
    const why = `the index declares another ${wrong} for ${filename} than the pinned bytes have (${short(sha256)})`;
    const other = hasOtherStrong(hashes) ? undefined : (hashes.sha256 as Sha256 | undefined);
    return { sha256: other, integrity: { doubt: why, other } };
  }
  return { sha256, integrity: bearsOut(pin, hashes) ? undefined : 'on-arrival' };
}

/** Whether all that bytes must be held against is known to be true of these. */
export function bearsOut(
  { sha256, hashes: found }: Pick<SeenBytes, 'sha256' | 'hashes'>,
  hashes: Hashes,
): boolean {
  return checked(hashes).every(
    ([algorithm, digest]) => digest === (algorithm === 'sha256' ? sha256 : found[algorithm]),
  );
}

function doubt(why: string): Identity {
  return { sha256: undefined, integrity: { doubt: why } };
}
