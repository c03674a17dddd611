import { z } from 'zod';
import type { AttestationRecord, Offer } from '../../domain/attestation.js';
import { plural } from '../../domain/plural.js';
import { GlobIndex } from '../../domain/project-glob.js';
import type { PublisherId } from '../../domain/publisher.js';
import type { Subject } from '../../domain/subject.js';
import { notAttested } from '../../messages/reasons.js';
import { expected } from '../../yaml/validate.js';
import { projectGlob } from '../../yaml/values.js';
import { publisher } from '../terms.js';
import { historyBefore } from './attestation-history.js';
import { Consulted } from './consulted.js';
import { settable } from './form.js';
import { type Answer, release } from './rule.js';

/** A project or a pattern, or one of these and who must attest it. */
const requirement = z.union(
  [
    projectGlob().transform((project) => ({ project, publisher: undefined })),
    z.strictObject({
      project: projectGlob().describe('A project, or a pattern with *.'),
      publisher: publisher()
        .describe('github:OWNER/NAME, gitlab:GROUP/NAME or google:SERVICE-ACCOUNT.')
        .optional(),
    }),
  ],
  { error: () => expected('a project, or project and publisher') },
);

type Requirement = z.output<typeof requirement>;

const regression = z.union(
  [
    z.strictObject({
      releases: z
        .int()
        .min(1)
        .max(10)
        .describe('Number of consecutive attested releases that form a history. Default: 3.'),
    }),
    z.literal('off'),
  ],
  { error: () => expected('releases: NUMBER (1 to 10), or off') },
);

/**
 * Files that must be attested (PEP 740) but are not, and files with a publisher other than that of the releases before
 * them. A failed verification counts as unattested. A document that is not verified yet proves nothing either way: the
 * rule does not apply, and returns it as unknown for verification.
 */
export const attestation = settable({
  about: 'Refuses files without the expected attestation (PEP 740). Default: warn.',
  keys: {
    require: z
      .array(requirement)
      .describe('Projects whose files must all be attested, with "publisher" by that publisher.'),
    regression: regression.describe(
      'Refuse files not attested by the publisher of the previous releases. Default: { releases: 3 }.',
    ),
  },
  defaults: { action: 'warn', require: [], regression: { releases: 3 } },
  create({ require, regression }) {
    const demands: Demands = {
      require: new GlobIndex(require.map((one) => [one.project, one])),
      releases: regression === 'off' ? undefined : regression.releases,
    };
    return ({ subject, now, known }) => {
      const records = new Consulted(known.attestations, now);
      const opinion = opinionOf(demands, subject, records);
      const { recheckAt } = records;
      return recheckAt === Infinity ? opinion : { ...opinion, recheckAt };
    };
  },
});

interface Demands {
  readonly require: GlobIndex<Requirement>;
  /** Attested releases in a row that make a history; undefined: a project's past plays no part. */
  readonly releases: number | undefined;
}

function opinionOf({ require, releases }: Demands, subject: Subject, records: Consulted): Answer {
  // A file on disk: no index has said anything of it.
  if (subject.provenance === undefined) return undefined;
  const demands = require.find(subject.project);
  const own = demands.length > 0 ? required(demands, subject, records) : undefined;
  if (own !== undefined) return own;
  // Most projects have no attestation at all, and then no history.
  return releases === undefined || subject.provenance.releases.length === 0
    ? undefined
    : regressed(releases, subject, records);
}

function required(demands: readonly Requirement[], subject: Subject, records: Consulted): Answer {
  const state = ownState(subject, records);
  if (state.kind === 'unknown') return { unknown: [state.offer] };
  if (state.kind === 'not')
    return { reason: `${subject.filename} must be attested, but ${state.why}`, ...state.doubt };
  const missing = demands.find(
    ({ publisher }) => publisher !== undefined && !state.publishers.includes(publisher),
  );
  if (missing === undefined) return undefined;
  const by = state.publishers.join(', ');
  return {
    reason: `${subject.filename} must be attested by ${missing.publisher}, but is attested by ${by}`,
  };
}

function regressed(count: number, subject: Subject, records: Consulted): Answer {
  const state = ownState(subject, records);
  const history = historyBefore(subject, count, records);
  if (history.kind === 'none') return undefined;
  // Both together, so they can be fetched in parallel.
  const unknown = [
    ...(state.kind === 'unknown' ? [state.offer] : []),
    ...(history.kind === 'unknown' ? history.offers : []),
  ];
  if (unknown.length > 0) return { unknown };
  if (history.kind === 'unreachable') {
    const why = whyNot(history.record);
    const reason = `the publisher of ${subject.project} before ${release(subject)} is unknown: ${why}`;
    return { reason, doubt: true };
  }
  if (history.kind !== 'settled' || state.kind === 'unknown') return undefined;
  const before = plural(count, 'the attested release', `the ${count} attested releases`);
  const past = `${before} before it ${plural(count, 'was', 'were')} attested by ${history.publishers.join(', ')}`;
  if (state.kind === 'not') {
    const reason = notAttested(subject.filename, state.why, past);
    return { reason, ...state.doubt };
  }
  if (state.publishers.some((one) => history.publishers.includes(one))) return undefined;
  const by = state.publishers.join(', ');
  return { reason: `${subject.filename} is attested by ${by}, but ${past}` };
}

type OwnState =
  | { readonly kind: 'attested'; readonly publishers: readonly PublisherId[] }
  | { readonly kind: 'not'; readonly why: string; readonly doubt?: { readonly doubt: true } }
  | { readonly kind: 'unknown'; readonly offer: Offer };

function ownState({ provenance }: Subject, records: Consulted): OwnState {
  const offer = provenance?.offer;
  if (offer === undefined) return { kind: 'not', why: 'the index has no attestation for it' };
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
      return `its attestation is invalid: ${attestation.reason}`;
    case 'unreachable':
      return `its attestation is unavailable: ${attestation.reason}`;
  }
}
