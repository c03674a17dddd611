import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NONE_KNOWN } from '../../src/domain/attestation.js';
import { NOTHING_KNOWN } from '../../src/domain/knowledge.js';
import { NO_NAMES } from '../../src/domain/known-names.js';
import { NO_FEED } from '../../src/domain/malware-feed.js';
import { ON_CONTENT } from '../../src/domain/rules.js';
import { NO_START_PLACES } from '../../src/domain/start-partners.js';
import type { Subject } from '../../src/domain/subject.js';
import type { Verdict } from '../../src/domain/verdict.js';
import type { Policy } from '../../src/policy/policy.js';
import type { ReleaseWheel } from '../../src/policy/release.js';
import { Judge } from '../../src/verdicts/judge.js';
import {
  brief,
  caseOf,
  digest,
  hookFinding,
  inspection,
  NOW,
  policyOf,
  subject,
} from './support.js';

const sdist = (changes: Partial<Omit<Subject, 'project'>> = {}) =>
  subject({ kind: 'sdist', filename: 'demo-1.0.tar.gz', sha256: digest('c'), ...changes });
const clean: ReleaseWheel = {
  subject: subject(),
  known: { ...NOTHING_KNOWN, inspection: inspection() },
};
const hooked: ReleaseWheel = {
  subject: subject({ filename: 'demo-1.0-py3-none-win_amd64.whl' }),
  known: { ...NOTHING_KNOWN, inspection: inspection([hookFinding()]) },
};
const unrecorded: ReleaseWheel = {
  subject: subject({ filename: 'demo-1.0-cp39-cp39-win32.whl' }),
  known: {
    ...NOTHING_KNOWN,
    inspection: inspection([hookFinding({ rule: 'record', code: 'record-missing' })]),
  },
};

function judgeBy(policy: Policy, about: Subject, wheels: readonly ReleaseWheel[]): Verdict {
  return policy.evaluate(caseOf(about, undefined, NOW), policy.ofRelease(wheels, NOW));
}

describe('a policy, of an sdist beside its wheels', () => {
  const judge = (wheels: readonly ReleaseWheel[], text = '', about = sdist()) =>
    judgeBy(policyOf(text), about, wheels);

  it('names the strongest refusal of any of them, and the first wheel that has it', () => {
    assert.equal(brief(judge([])), 'allow');
    assert.equal(brief(judge([clean])), 'allow');
    const verdict = judge([clean, unrecorded, hooked, { ...hooked, subject: subject() }]);
    assert.equal(brief(verdict), 'block startup-hook');
    const { filename, sha256 } = hooked.subject;
    assert.deepEqual(verdict.decisive?.wheel, { filename, sha256 });
    assert.equal(
      verdict.decisive?.reason,
      `its wheel ${filename} is refused: evil.pth would run code at every Python start-up (startup-hook)`,
    );
    assert.equal(brief(judge([unrecorded])), 'block record');
  });

  it('says nothing of wheels beside other wheels', () => {
    const verdict = policyOf('').evaluate(caseOf(subject(), undefined, NOW));
    assert.equal(brief(verdict), 'allow');
    assert.ok(!ON_CONTENT.has('cooldown'));
  });

  it('holds as long as the waiver of any wheel holds', () => {
    const waiver = (versions: string) =>
      `waivers: [{rule: startup-hook, project: demo, versions: "${versions}", reason: r, owner: o, expires: 2026-12-01}]`;
    const verdict = judge([hooked], waiver('==1.0.0'));
    assert.equal(brief(verdict), 'allow');
    assert.equal(verdict.validUntil, Date.parse('2026-12-02T00:00:00Z'));
    assert.equal(brief(judge([hooked], waiver('==1.1'))), 'block startup-hook');
  });

  it('asks the wheels of a release once, for however many sdists a page has of it', async () => {
    let asked = 0;
    let made = 0;
    const wheels: Iterable<Subject> = {
      *[Symbol.iterator]() {
        made += 1;
        for (let index = 0; index < 50; index += 1)
          yield {
            ...hooked.subject,
            get declaredMetadata() {
              asked += 1;
              return undefined;
            },
          };
      },
    };
    const findings = {
      get: async () => hooked.known.inspection,
      known: async () => ({
        get: () => ({ ...inspection(), metadataSha256: digest('d') }),
        named: () => [],
        all: () => [],
      }),
      put: async () => {},
      keep: async () => {},
      learn: () => {},
    };
    const policies = { current: policyOf(''), onChange: () => {} };
    const attestations = { known: async () => NONE_KNOWN };
    const page = await new Judge(
      policies,
      {
        findings,
        attestations,
        feed: () => NO_FEED,
        names: () => NO_NAMES,
        startPlaces: NO_START_PLACES,
      },
      () => NOW,
    ).ofPage(sdist());
    for (let index = 0; index < 100; index += 1)
      page.of(sdist({ filename: `demo-1.0${'.0'.repeat(index)}.tar.gz`, wheels }));
    assert.equal(made, 1);
    assert.equal(asked, 50);
  });
});
