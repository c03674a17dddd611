import type { AttestationRecord, Offer, Release } from '../../domain/attestation.js';
import type { PublisherId } from '../../domain/publisher.js';
import type { Subject } from '../../domain/subject.js';
import { DAY } from '../terms.js';
import type { Consulted } from './consulted.js';

/** Older attestations do not count: the project may have stopped attesting. In milliseconds. */
const WINDOW = 365 * DAY;
/** The maximum number of attested releases to search, as a multiple of the required number. */
const REACH = 4;

/** The publishers of the preceding releases, if known. */
export type History =
  /** So many attested releases, one after the other, came from these publishers. */
  | { readonly kind: 'settled'; readonly publishers: readonly PublisherId[] }
  /** There is no such run. */
  | { readonly kind: 'none' }
  /** These documents must be verified first. */
  | { readonly kind: 'unknown'; readonly offers: readonly Offer[] }
  | { readonly kind: 'unreachable'; readonly record: AttestationRecord };

/**
 * Finds the latest run of `count` attested releases that have a publisher in common.
 *
 * Releases without an attestation are skipped and do not end a run. Otherwise an attacker with a stolen upload token
 * could publish twice, and the second release would be compared with the first. A release by another publisher does end
 * it, so a project that moves to another repository has a new history after `count` releases.
 */
export function historyBefore(subject: Subject, count: number, records: Consulted): History {
  const offers = offersBefore(subject, REACH * count);
  let run: readonly PublisherId[] = [];
  let length = 0;
  for (const [index, offer] of offers.entries()) {
    // Too few are left to complete a run.
    if (offers.length - index + length < count) return { kind: 'none' };
    const record = records.find(offer);
    if (record === undefined) {
      const ahead = offers.slice(index, index + count - length);
      const unknown = ahead.filter((one) => records.find(one) === undefined);
      return { kind: 'unknown', offers: unknown };
    }
    const { attestation } = record;
    if (attestation.kind === 'unreachable') return { kind: 'unreachable', record };
    if (attestation.kind === 'unverifiable') continue;
    const common = run.filter((publisher) => attestation.publishers.includes(publisher));
    [run, length] = common.length > 0 ? [common, length + 1] : [attestation.publishers, 1];
    if (length === count) return { kind: 'settled', publishers: run };
  }
  return { kind: 'none' };
}

/** One document for each release before this file that has one, the latest first; so many at most. */
function offersBefore(subject: Subject, most: number): Offer[] {
  const found: Offer[] = [];
  for (const { offers } of releasesBefore(subject)) {
    // A project may attest its wheels and not its sdists: like is measured by like.
    const offer = offers.has(subject.kind)
      ? offers.get(subject.kind)
      : [...offers.values()].find((other) => other !== undefined);
    if (offer !== undefined) found.push(offer);
    if (found.length === most) break;
  }
  return found;
}

/** A page is judged file by file, so a walk through thousands of releases for each would be too slow. */
function* releasesBefore({ provenance, version, uploadTime = Infinity }: Subject) {
  const releases = provenance?.releases ?? [];
  const timed = releases[0]?.uploadTime !== undefined;
  // Without times, the order of versions is the only order, and this release has a position in it.
  const start = timed
    ? firstNotAfter(uploadTime, releases)
    : releases.findIndex((release) => release.version === version) + 1;
  for (let at = start; at < releases.length; at += 1) {
    const release = releases[at]!;
    if (timed && release.uploadTime! <= uploadTime - WINDOW) return;
    if (release.version !== version) yield release;
  }
}

/** The index of the first release that is not younger, the latest first. */
function firstNotAfter(time: number, releases: readonly Release[]): number {
  let low = 0;
  let high = releases.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (releases[middle]!.uploadTime! > time) low = middle + 1;
    else high = middle;
  }
  return low;
}
