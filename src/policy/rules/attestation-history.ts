import {
  type AttestationRecord,
  type KnownAttestations,
  knownAttestation,
  type Offer,
  type Release,
} from '../../domain/attestation.js';
import type { PublisherId } from '../../domain/publisher.js';
import type { Subject } from '../../domain/subject.js';
import { compareVersions } from '../../domain/version.js';

const DAY = 86_400_000;
/** What was attested longer ago than this counts no more: a project may have given it up. In milliseconds. */
const WINDOW = 365 * DAY;
/** Attested releases that are looked at, as a multiple of those that it takes. */
const REACH = 4;

/** Who attested the releases before this one, so far as it is known. */
export type History =
  /** So many attested releases, one after the other, came from these publishers. */
  | { readonly kind: 'settled'; readonly publishers: readonly PublisherId[] }
  /** There is no such run. */
  | { readonly kind: 'none' }
  /** It takes a look at these first. */
  | { readonly kind: 'unknown'; readonly offers: readonly Offer[] }
  | { readonly kind: 'unreachable'; readonly record: AttestationRecord };

/**
 * Finds the latest run of `count` attested releases that have a publisher in common.
 *
 * Releases without an attestation are passed over and do not end a run: else whoever has stolen an upload
 * token would publish twice, and the second would be measured by the first. A release by somebody else does
 * end it, so that a project that moves to another repository has a new history after `count` releases.
 */
export function historyBefore(
  subject: Subject,
  count: number,
  known: KnownAttestations,
  now: number,
): History {
  const offers = offersBefore(subject).slice(0, REACH * count);
  let run: readonly PublisherId[] = [];
  let length = 0;
  for (const [index, offer] of offers.entries()) {
    // Too few are left to come to a run.
    if (offers.length - index + length < count) return { kind: 'none' };
    const record = knownAttestation(offer, known, now);
    if (record === undefined) {
      const ahead = offers.slice(index, index + count - length);
      const unknown = ahead.filter((one) => knownAttestation(one, known, now) === undefined);
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

/** One document for each release before this file that has one, the latest first. */
function offersBefore(subject: Subject): Offer[] {
  return releasesBefore(subject).flatMap(({ offers }) => {
    // A project may attest its wheels and not its sdists: like is measured by like.
    const offer = offers.has(subject.kind)
      ? offers.get(subject.kind)
      : [...offers.values()].find((other) => other !== undefined);
    return offer ?? [];
  });
}

function releasesBefore({ provenance, version, uploadTime }: Subject): readonly Release[] {
  const others = (provenance?.releases ?? []).filter((release) => release.version !== version);
  if (uploadTime !== undefined && others.every((release) => release.uploadTime !== undefined))
    return others.filter(
      (release) => release.uploadTime! <= uploadTime && release.uploadTime! > uploadTime - WINDOW,
    );
  // Without times the versions' order is all there is.
  if (version === undefined) return others;
  return others.filter((release) => compareVersions(release.version, version) < 0);
}
