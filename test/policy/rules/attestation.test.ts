import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Attestation,
  type AttestationRecord,
  AttestationRecords,
  type Offer,
  type Provenance,
  type Release,
} from '../../../src/domain/attestation.js';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { DistributionKind } from '../../../src/domain/distribution-filename.js';
import type { PublisherId } from '../../../src/domain/publisher.js';
import { knownKeysHere, unknownKey } from '../../../src/messages/settings.js';
import type { Policy } from '../../../src/policy/policy.js';
import { saying } from '../../support/messages.js';
import { brief, caseOf, DAY, digest, NOW, policyOf, problemsIn, subject } from '../support.js';

const OURS = 'github:demo/demo' as PublisherId;
const THEIRS = 'github:evil/demo' as PublisherId;

/** Just this one. */
function recordsOf(record: AttestationRecord): AttestationRecords {
  const records = new AttestationRecords();
  records.add(record);
  return records;
}

/** A project whose releases are 1.0, 2.0, …, a day apart, the last of them now. */
class Project {
  readonly #releases: Release[] = [];
  readonly known = new AttestationRecords();
  readonly #step: number;

  constructor(step = DAY) {
    this.#step = step;
  }

  get #version(): string {
    return `${this.#releases.length + 1}.0`;
  }

  /** @param by who attests it; undefined: nobody; `null`: somebody, and nobody has looked */
  release(
    by: PublisherId | Attestation | undefined | null,
    kind: DistributionKind = 'wheel',
  ): this {
    const offer = by === undefined ? undefined : offerFor(this.#version, kind);
    this.#releases.push({
      version: this.#version,
      uploadTime: 0,
      offers: new Map([[kind, offer]]),
    });
    if (offer !== undefined && by !== null && by !== undefined)
      this.learn(offer, typeof by === 'string' ? { kind: 'attested', publishers: [by] } : by);
    return this;
  }

  learn({ filename, sha256 }: Offer, attestation: Attestation): void {
    const askAgainAt = attestation.kind === 'attested' ? Infinity : NOW + 1000;
    this.known.add({ filename, sha256, attestation, askAgainAt });
  }

  /** The last release, as it is judged. */
  last(kind: DistributionKind = 'wheel') {
    const count = this.#releases.length;
    const releases = this.#releases
      .map((release, index) => ({
        ...release,
        uploadTime: NOW - (count - 1 - index) * this.#step,
      }))
      .reverse();
    const own = releases[0]!.offers.get(kind);
    const version = `${count}.0`;
    const { filename, sha256 } = own ?? offerFor(version, kind);
    const provenance: Provenance = { offer: own, releases };
    return subject({ version, filename, sha256, kind, uploadTime: NOW, provenance });
  }

  judge(policy: Policy, kind: DistributionKind = 'wheel') {
    return policy.evaluate(caseOf(this.last(kind), undefined, NOW, { attestations: this.known }));
  }

  unknown(policy: Policy): string[] {
    const offers = policy.unknownAttestations(
      caseOf(this.last(), undefined, NOW, { attestations: this.known }),
    );
    return offers.map(({ filename }) => filename.split('-')[1]!);
  }
}

function offerFor(version: string, kind: DistributionKind): Offer {
  const filename = kind === 'wheel' ? `demo-${version}-py3-none-any.whl` : `demo-${version}.tar.gz`;
  const sha256 = Buffer.from(filename).toString('hex').padEnd(64, '0').slice(0, 64) as Sha256;
  return { filename, sha256, url: `https://pypi.org/integrity/${filename}` };
}

const released = (...by: Parameters<Project['release']>[0][]) =>
  by.reduce((project, one) => project.release(one), new Project());

const BLOCK = 'rules: { attestation: { action: block } }';

describe('attestation, by history', () => {
  const policy = policyOf(BLOCK);

  it('refuses a file that is not attested where the releases before were, and names both', () => {
    const verdict = released(OURS, OURS, OURS, undefined).judge(policy);
    assert.equal(brief(verdict), 'block attestation');
    assert.equal(
      verdict.decisive!.reason,
      'demo-4.0-py3-none-any.whl is not attested (the index has no attestation for it), but the 3 attested releases before it were attested by github:demo/demo (attestation)',
    );
    assert.equal(brief(released(OURS, OURS, OURS, OURS).judge(policy)), 'allow');
  });
  it('refuses a file by another publisher, and names both', () => {
    const verdict = released(OURS, OURS, OURS, THEIRS).judge(policy);
    assert.equal(
      verdict.decisive!.reason,
      'demo-4.0-py3-none-any.whl is attested by github:evil/demo, but the 3 attested releases before it were attested by github:demo/demo (attestation)',
    );
  });
  it('refuses a file whose attestation does not hold', () => {
    const broken: Attestation = { kind: 'unverifiable', reason: 'the signature is odd' };
    const verdict = released(OURS, OURS, OURS, broken).judge(policy);
    assert.match(verdict.decisive!.reason, /its attestation is invalid: the signature is odd/);
    assert.equal(verdict.validUntil, NOW + 1000, 'it is looked at again');
  });
  it('only warns by default', () => {
    assert.equal(
      brief(released(OURS, OURS, OURS, undefined).judge(policyOf(''))),
      'warn attestation',
    );
  });
  it('is silent where too few releases were attested', () => {
    assert.equal(brief(released(OURS, OURS, undefined).judge(policy)), 'allow');
    assert.equal(brief(released(undefined).judge(policy)), 'allow');
    assert.equal(
      brief(
        released(OURS, undefined).judge(
          policyOf('rules: { attestation: { action: block, regression: { releases: 1 } } }'),
        ),
      ),
      'block attestation',
    );
  });
  it('does not take a first release without attestation for the new custom', () => {
    assert.equal(
      brief(released(OURS, OURS, OURS, undefined, undefined, undefined).judge(policy)),
      'block attestation',
    );
    const broken: Attestation = { kind: 'unverifiable', reason: 'odd' };
    assert.equal(
      brief(released(OURS, OURS, OURS, broken, broken).judge(policy)),
      'block attestation',
    );
    assert.equal(brief(released(OURS, OURS, OURS, undefined, OURS).judge(policy)), 'allow');
  });
  it('does not take the first releases of another publisher for the new custom', () => {
    for (const again of [1, 2, 3])
      assert.equal(
        brief(released(OURS, OURS, OURS, ...Array(again).fill(THEIRS)).judge(policy)),
        'block attestation',
        String(again),
      );
    // After three a project has moved.
    assert.equal(
      brief(released(OURS, OURS, OURS, THEIRS, THEIRS, THEIRS, THEIRS).judge(policy)),
      'allow',
    );
    assert.equal(
      brief(released(OURS, OURS, OURS, THEIRS, THEIRS, THEIRS, OURS).judge(policy)),
      'block attestation',
    );
  });
  it('forgets what was attested more than a year ago', () => {
    const slow = (step: number) =>
      [OURS, OURS, OURS, undefined].reduce((p, by) => p.release(by), new Project(step));
    assert.equal(brief(slow(100 * DAY).judge(policy)), 'block attestation');
    assert.equal(brief(slow(130 * DAY).judge(policy)), 'allow');
  });
  it('measures wheels by wheels, and a kind that is new by what there was', () => {
    const project = released(OURS, OURS, OURS).release(undefined, 'sdist');
    assert.equal(brief(project.judge(policy, 'sdist')), 'block attestation');
    const sources = new Project();
    for (let count = 0; count < 4; count++) sources.release(undefined, 'sdist');
    assert.equal(brief(sources.judge(policy, 'sdist')), 'allow');
  });
  it('goes by PEP 440 where the index gives no upload times', () => {
    const project = released(OURS, OURS, OURS, undefined);
    const { provenance, ...rest } = project.last();
    const timeless = provenance!.releases.map((release) => ({ ...release, uploadTime: undefined }));
    const judge = (version: string) =>
      brief(
        policy.evaluate(
          caseOf(
            {
              ...rest,
              version,
              uploadTime: undefined,
              provenance: { offer: undefined, releases: timeless },
            },
            undefined,
            NOW,
            { attestations: project.known },
          ),
        ),
      );
    assert.equal(judge('4.0'), 'block attestation');
    assert.equal(judge('3.0'), 'allow');
  });
  it('keeps silent on what nobody has looked at, and says what to look at', () => {
    const project = released(null, null, null, null);
    assert.equal(brief(project.judge(policy)), 'allow');
    assert.deepEqual(project.unknown(policy), ['4.0', '3.0', '2.0', '1.0']);
    assert.deepEqual(released(null, OURS, null, undefined).unknown(policy), ['3.0', '1.0']);
    assert.deepEqual(released(OURS, OURS, OURS, undefined).unknown(policy), []);
    const moved = released(null, null, null, THEIRS, undefined);
    assert.deepEqual(moved.unknown(policy), ['3.0', '2.0']);
  });
  it('asks for nothing where it makes no difference', () => {
    assert.deepEqual(released(null, null, null).unknown(policy), [], 'no history');
    const off = policyOf('rules: { attestation: { action: off } }');
    assert.deepEqual(released(null, null, null, null).unknown(off), []);
    const elsewhere = policyOf('rules: { attestation: { action: block, projects: [x] } }');
    assert.deepEqual(released(null, null, null, null).unknown(elsewhere), []);
    const required = policyOf('rules: { attestation: { action: block, regression: off } }');
    assert.deepEqual(released(null, null, null, null).unknown(required), []);
  });
  it('refuses in doubt: where the past cannot be had just now', () => {
    const away: Attestation = { kind: 'unreachable', reason: 'no answer' };
    const verdict = released(OURS, OURS, away, OURS).judge(policy);
    assert.match(
      verdict.decisive!.reason,
      /^the publisher of demo before demo 4\.0 is unknown: .*no answer/,
    );
    assert.equal(verdict.validUntil, NOW + 1000);
  });
  it('takes a record for another digest, or one that is too old, for none', () => {
    const project = released(OURS, OURS, OURS, undefined);
    const attestation: Attestation = { kind: 'attested', publishers: [OURS] };
    const { filename, sha256 } = offerFor('1.0', 'wheel');
    const record = { filename, sha256, attestation, askAgainAt: NOW };
    project.known.add(record);
    project.known.add({ ...record, sha256: digest('f'), askAgainAt: Infinity });
    assert.deepEqual(project.unknown(policy), ['1.0']);
    // By a clock that was a year ahead.
    project.known.add({ ...record, askAgainAt: NOW + 365 * DAY });
    assert.deepEqual(project.unknown(policy), ['1.0']);
    project.known.add({ ...record, askAgainAt: NOW + 1 });
    assert.deepEqual(project.unknown(policy), []);
  });
  it('can be waived', () => {
    const waived = policyOf(
      BLOCK,
      'waivers: [{ rule: attestation, project: demo, versions: "==4.0", reason: moved, owner: o, expires: 2026-12-01 }]',
    );
    assert.equal(brief(released(OURS, OURS, OURS, undefined).judge(waived)), 'allow');
  });
});

describe('attestation, required', () => {
  const policy = policyOf(
    'rules: { attestation: { action: block, regression: off, require: ["dem*", { project: other, publisher: "github:Other/Other" }] } }',
  );
  it('refuses a file of such a project without one, sdists too', () => {
    const verdict = released(undefined).judge(policy);
    assert.equal(brief(verdict), 'block attestation');
    assert.equal(
      verdict.decisive!.reason,
      'demo-1.0-py3-none-any.whl must be attested, but the index has no attestation for it (attestation)',
    );
    assert.equal(
      brief(new Project().release(undefined, 'sdist').judge(policy, 'sdist')),
      'block attestation',
    );
    assert.equal(brief(released(OURS).judge(policy)), 'allow');
  });
  it('takes one that does not hold, or cannot be had, for none', () => {
    for (const kind of ['unverifiable', 'unreachable'] as const)
      assert.equal(brief(released({ kind, reason: 'x' }).judge(policy)), 'block attestation', kind);
  });
  it('has to look first, and only at this file', () => {
    assert.deepEqual(released(null, null).unknown(policy), ['2.0']);
    assert.equal(brief(released(null).judge(policy)), 'allow');
  });
  it('holds the publisher where one is named, in any case of letters', () => {
    const judge = (...publishers: string[]) => {
      const { provenance, ...rest } = released(null).last();
      const offer = provenance!.offer!;
      const attestation: Attestation = {
        kind: 'attested',
        publishers: publishers as PublisherId[],
      };
      const record = { ...offer, attestation, askAgainAt: Infinity };
      return policy.evaluate(
        caseOf(
          { ...rest, project: 'other' as typeof rest.project, provenance: provenance! },
          undefined,
          NOW,
          { attestations: recordsOf(record) },
        ),
      );
    };
    assert.equal(brief(judge('github:other/other')), 'allow');
    assert.equal(brief(judge('github:x/y', 'github:other/other')), 'allow');
    assert.match(
      judge('github:x/y').decisive!.reason,
      /must be attested by github:other\/other, but is attested by github:x\/y/,
    );
  });
  it('says nothing of a file that no index has listed', () => {
    assert.equal(brief(policy.evaluate(caseOf(subject(), undefined, NOW))), 'allow');
  });
});

describe('attestation, as it is written', () => {
  it('names what is wrong', () => {
    const problem = (text: string) =>
      problemsIn(`rules: { attestation: { action: block, ${text} } }`);
    assert.deepEqual(problem('require: [a, { project: b, publisher: "github:o/n" }]'), []);
    assert.deepEqual(problem('regression: { releases: 5 }'), []);
    assert.match(
      problem('require: [{ project: b, publisher: "o/n" }]').join(),
      /expected a publisher such as github:owner\/name, got "o\/n"/,
    );
    assert.match(
      problem('require: [{ project: b, publischer: "github:o/n" }]').join(),
      saying(
        `${unknownKey('publischer', 'publisher')}; ${knownKeysHere(['project', 'publisher'])}`,
      ),
    );
    assert.match(problem('require: [3]').join(), /expected a project, or project and publisher/);
    assert.match(problem('require: ["-"]').join(), /expected a project name/);
    for (const bad of ['on', '{ releases: 0 }', '{ releases: 11 }', '3'])
      assert.match(problem(`regression: ${bad}`).join(), /:\d+:\d+: expected/, bad);
  });
});
