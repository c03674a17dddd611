import type { AttestationRecord, Offer } from '../../domain/attestation.js';
import type { GlobIndex } from '../../domain/project-glob.js';
import type { PublisherId } from '../../domain/publisher.js';
import type { Subject } from '../../domain/subject.js';
import { historyBefore } from './attestation-history.js';
import { Consulted } from './consulted.js';
import { type Answer, type Rule, release } from './rule.js';

/** That a project's files must be attested, and by whom where that is said. */
export interface Requirement {
  readonly publisher?: PublisherId | undefined;
}

export interface AttestationSettings {
  readonly require: GlobIndex<Requirement>;
  /** Attested releases in a row that make a history; undefined: a project's past plays no part. */
  readonly releases: number | undefined;
}

/**
 * Files that must be attested (PEP 740) and are not, and files that are not attested by whom the releases
 * before them were. What cannot be verified is not attested. A document that nobody has looked at says nothing
 * either way: the rule keeps silent, and names it as unknown to those who can look.
 */
export function attestation(settings: AttestationSettings): Rule {
  return ({ subject, now, known }) => {
    const records = new Consulted(known.attestations, now);
    const opinion = opinionOf(settings, subject, records);
    const { recheckAt } = records;
    return recheckAt === Infinity ? opinion : { ...opinion, recheckAt };
  };
}

function opinionOf(settings: AttestationSettings, subject: Subject, records: Consulted): Answer {
  // A file on disk: no index has said anything of it.
  if (subject.provenance === undefined) return undefined;
  const demands = settings.require.find(subject.project);
  const own = demands.length > 0 ? required(demands, subject, records) : undefined;
  if (own !== undefined) return own;
  // Most projects have no attestation at all, and then no history.
  return settings.releases === undefined || subject.provenance.releases.length === 0
    ? undefined
    : regressed(settings.releases, subject, records);
}

function required(demands: readonly Requirement[], subject: Subject, records: Consulted): Answer {
  const state = ownState(subject, records);
  if (state.kind === 'unknown') return { unknown: [state.offer] };
  if (state.kind === 'not')
    return { reason: `${subject.filename} must be attested, and ${state.why}`, ...state.doubt };
  const missing = demands.find(
    ({ publisher }) => publisher !== undefined && !state.publishers.includes(publisher),
  );
  if (missing === undefined) return undefined;
  const by = state.publishers.join(', ');
  return {
    reason: `${subject.filename} must be attested by ${missing.publisher}, and is by ${by}`,
  };
}

function regressed(count: number, subject: Subject, records: Consulted): Answer {
  const state = ownState(subject, records);
  const history = historyBefore(subject, count, records);
  if (history.kind === 'none') return undefined;
  // Both at once, so that they can be fetched together.
  const unknown = [
    ...(state.kind === 'unknown' ? [state.offer] : []),
    ...(history.kind === 'unknown' ? history.offers : []),
  ];
  if (unknown.length > 0) return { unknown };
  if (history.kind === 'unreachable') {
    const why = whyNot(history.record);
    const reason = `who published ${subject.project} before ${release(subject)} cannot be told: ${why}`;
    return { reason, doubt: true };
  }
  if (history.kind !== 'settled' || state.kind === 'unknown') return undefined;
  const before = count === 1 ? 'the attested release' : `the ${count} attested releases`;
  const past = `${before} before it ${count === 1 ? 'was' : 'were'} by ${history.publishers.join(', ')}`;
  if (state.kind === 'not') {
    const reason = `${subject.filename} is not attested (${state.why}), and ${past}`;
    return { reason, ...state.doubt };
  }
  if (state.publishers.some((one) => history.publishers.includes(one))) return undefined;
  const by = state.publishers.join(', ');
  return { reason: `${subject.filename} is attested by ${by}, and ${past}` };
}

type OwnState =
  | { readonly kind: 'attested'; readonly publishers: readonly PublisherId[] }
  | { readonly kind: 'not'; readonly why: string; readonly doubt?: { readonly doubt: true } }
  | { readonly kind: 'unknown'; readonly offer: Offer };

function ownState({ provenance }: Subject, records: Consulted): OwnState {
  const offer = provenance?.offer;
  if (offer === undefined) return { kind: 'not', why: 'the index has no attestation of it' };
  const record = records.find(offer);
  if (record === undefined) return { kind: 'unknown', offer };
  const { attestation } = record;
  if (attestation.kind === 'attested') return attestation;
  const why = whyNot(record);
  if (attestation.kind === 'unverifiable') return { kind: 'not', why };
  return { kind: 'not', why, doubt: { doubt: true } };
}

function whyNot({ attestation }: AttestationRecord): string {
  switch (attestation.kind) {
    case 'attested':
      return 'it is attested';
    case 'unverifiable':
      return `its attestation does not hold: ${attestation.reason}`;
    case 'unreachable':
      return `its attestation cannot be had: ${attestation.reason}`;
  }
}
