import {
  differsFromPin,
  noStrongDigest,
  pinsDiffer,
  replacedAtIndex,
} from '../messages/reasons.js';
import type { Sha256 } from './digest.js';
import { checked, contradiction, type Hashes, hasOtherStrong, isStrong } from './hashes.js';
import type { ProjectName } from './project-name.js';

/** The treatment of files without a declared strong digest. */
export type Unhashed = 'refuse' | 'pin';

/**
 * The treatment of a file whose declared strong digest differs from that of the bytes first seen: refused, or accepted
 * with a record of the change.
 */
export type Reuploads = 'refuse' | 'accept';

/** The requirements for an upstream's files, in addition to its current declaration. */
export interface Demands {
  readonly unhashed: Unhashed;
  readonly reuploads: Reuploads;
}

/** Set if a file's SHA-256 is insufficient: its bytes must be checked when they arrive, or a doubt refuses them. */
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

/** Bytes that were received under a filename, and their verified properties. */
export interface SeenBytes {
  readonly filename: string;
  readonly sha256: Sha256;
  /** In addition to the SHA-256: the digests that the index declared. */
  readonly hashes: Hashes;
  /** For a pin: the index declared a strong digest for the bytes, so they bind only if it no longer declares one. */
  readonly declared?: boolean;
  /** A pin's: the sha256 of other bytes that the index had for the file since. Not kept. */
  readonly other?: Sha256;
  /** A pin's, where re-uploads are accepted: the bytes before. */
  readonly replaced?: Replaced;
  /**
   * For a pin: the SHA-256 of different bytes that another machine has pinned. Both are refused until one is removed.
   */
  readonly disputed?: Sha256;
}

/** The source of a file's known digest: a verified declaration, or a pin. */
export type SeenKind = 'facts' | 'pins';

/** Bytes that were seen, with their file. */
export interface LearntBytes {
  readonly what: SeenKind;
  readonly upstream: string;
  readonly project: ProjectName;
  readonly seen: SeenBytes;
}

/** Records by filename; one that is there and cannot be read is a doubt. */
export type SeenByName = ReadonlyMap<string, SeenBytes | 'unreadable'>;

/** The known bytes of a project's files at one upstream. */
export interface Seen {
  /** Bytes whose declared digest was checked. */
  readonly facts: SeenByName;
  /** The first bytes of files without a strong digest; undefined if they are unreadable. */
  readonly pins: SeenByName | undefined;
}

/** The inputs of a file's integrity check. */
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

/** Whether its declared digests alone identify the bytes, as long as no others are pinned. */
export function isIdentified({ hashes, integrity }: Declared): boolean {
  return hashes.sha256 !== undefined && !hasOtherStrong(hashes) && integrity === undefined;
}

/**
 * Determines the expected bytes of a file: the pinned ones, or else those with the strong digest that the index
 * declares. If `reuploads` is `accept`, a declaration may replace the pin of bytes that were declared themselves.
 * @param file as the index declares it
 */
export function identify(file: Declared, demands: Demands, { facts, pins }: Seen): Identity {
  const { filename, hashes, integrity } = file;
  const { unhashed } = demands;
  if (typeof integrity === 'object') return { sha256: undefined, integrity };
  if (unhashed === 'refuse' && !isStrong(hashes)) return doubt(noStrongDigest(filename));
  const pin = pins === undefined ? 'unreadable' : pins.get(filename);
  if (pin !== undefined && binds(pin, isStrong(hashes), demands)) return pinned(file, pin);
  const identity = declared(file, facts);
  return typeof pin === 'object' ? { ...identity, ...replacement(hashes, pin) } : identity;
}

/** By the index's declaration alone. */
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

/** The previous bytes, before those that the index declares now. */
function replacement(hashes: Hashes, pin: SeenBytes): { readonly replaced?: Replaced } {
  if (contradiction(hashes, { ...pin.hashes, sha256: pin.sha256 }) !== undefined)
    return { replaced: { sha256: pin.sha256 } };
  return pin.replaced === undefined ? {} : { replaced: pin.replaced };
}

/**
 * Whether bytes that differ from the pinned ones are refused. @param strong whether the index declares a strong digest
 * now
 */
export function binds(
  pin: SeenBytes | 'unreadable',
  strong: boolean,
  { reuploads }: Demands,
): boolean {
  // The index identifies the bytes: a fault of this machine must not refuse each of its files.
  if (pin === 'unreadable') return !strong;
  if (reuploads === 'refuse') return true;
  return !(pin.declared && strong);
}

const ON_ARRIVAL: Identity = { sha256: undefined, integrity: 'on-arrival' };

/**
 * Merges a local pin with another machine's pin of the same file. The order of the two is unknown: if they differ, and
 * one of them binds, neither counts.
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
  // While the index declares a digest, it may declare another one tomorrow.
  if (declared && told.declared && reuploads !== 'refuse') return told;
  return { ...held, disputed: disputed ?? told.sha256 };
}

/** The reason why a pin is disputed. */
export function inDispute(filename: string, { sha256, disputed }: SeenBytes): string {
  return pinsDiffer(filename, short(sha256), short(disputed ?? ''));
}

/** The reason for refusing bytes that differ from the pin. */
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
  const { sha256 } = pin;
  const wrong = contradiction(hashes, { ...pin.hashes, sha256 });
  if (wrong !== undefined) {
    const other = hasOtherStrong(hashes) ? undefined : (hashes.sha256 as Sha256 | undefined);
    const why = replacedAtIndex(filename, wrong, short(sha256), [
      other === undefined ? 'pin' : 'waiver',
      ...(pin.declared && isStrong(hashes) ? ['setting' as const] : []),
    ]);
    return { sha256: other, integrity: { doubt: why, other } };
  }
  // After the declaration, because it also names bytes that were received already: their findings then count.
  if (pin.other !== undefined)
    return {
      sha256: undefined,
      integrity: { doubt: notPinned(filename, pin, pin.other), other: pin.other },
    };
  return { sha256, integrity: bearsOut(pin, hashes) ? undefined : 'on-arrival' };
}

/** Whether all digests to verify are known for these bytes. */
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
