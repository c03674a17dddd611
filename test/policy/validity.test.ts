import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Attestation,
  AttestationRecords,
  LONGEST_DOUBT,
  type Offer,
  type Release,
} from '../../src/domain/attestation.js';
import type { Knowledge } from '../../src/domain/knowledge.js';
import { type MalwareFeed, NO_FEED } from '../../src/domain/malware-feed.js';
import type { PublisherId } from '../../src/domain/publisher.js';
import { RULES } from '../../src/domain/rules.js';
import type { Subject } from '../../src/domain/subject.js';
import type { Verdict } from '../../src/domain/verdict.js';
import type { Policy } from '../../src/policy/policy.js';
import {
  caseOf,
  DAY,
  digest,
  HOUR,
  hookFinding,
  inspection,
  NOW,
  policyOf,
  subject,
} from './support.js';

const RUNS = 1_000;
const WAIVER_MAX = 30 * DAY;

/** Numbers that are the same in every run. */
function random(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    between: (low: number, high: number) => Math.floor(low + next() * (high - low)),
    one: <T>(...of: readonly T[]): T => of[Math.floor(next() * of.length)]!,
  };
}
type Random = ReturnType<typeof random>;

interface Situation {
  readonly policy: Policy;
  readonly subject: Subject;
  readonly inspection: ReturnType<typeof inspection> | undefined;
  readonly knowledge: Partial<Knowledge>;
  /** Instants at which something may begin or end. */
  readonly instants: readonly number[];
}

function situation({ between, one }: Random): Situation {
  const iso = (time: number) => new Date(time).toISOString().slice(0, 16);
  const instants: number[] = [];
  const note = (time: number): number => {
    instants.push(time);
    return time;
  };
  const age = between(1, 10);
  const maxAge = between(1, 5);
  const younger = between(1, 6);
  const waivers = Array.from({ length: between(0, 4) }, () => {
    const expires = Date.parse(`${iso(NOW + between(-5 * DAY, 60 * DAY))}Z`);
    note(expires);
    note(expires - WAIVER_MAX - DAY);
    const rule = one('cooldown', 'malware-feed', 'attestation', 'startup-hook', 'deny');
    return `{ rule: ${rule}, project: demo, versions: "${one('==1.0', '>=0', '==9')}", reason: r, owner: o, expires: "${iso(expires)}Z" }`;
  });
  const action = () => one('block', 'warn', 'off');
  const policy = policyOf(`
waiver-max: 30d
mode: ${one('enforce', 'enforce', 'dry-run')}
rules:
  malware-feed: { action: ${action()}, max-age: ${maxAge}d, stale: ${one('block', 'block', 'warn')} }
  cooldown: { action: ${action()}, age: ${age}d }
  attestation: { action: ${action()}, regression: { releases: 2 }${one('', ', require: [demo]')} }
  yanked: { action: ${action()} }
  new-project: { action: ${action()}, younger: ${younger}d, near: ${one('warn', 'block', 'off')} }
  archive: { action: ${action()} }
deny: [${one('', '{ project: demo, versions: "==1.0", reason: no }')}]
waivers: [${waivers.join()}]`);

  const uploadTime = one(undefined, NOW - between(-2 * DAY, 12 * DAY));
  if (uploadTime !== undefined) note(uploadTime + age * DAY);
  const projectBegan = one(undefined, NOW - between(-2 * DAY, 8 * DAY));
  if (projectBegan !== undefined) {
    note(projectBegan + younger * DAY);
    for (let day = 1; day < 8; day += 1) note(projectBegan + day * DAY);
  }
  const syncedAt = one(undefined, NOW - between(-8 * DAY, 8 * DAY));
  if (syncedAt !== undefined) {
    note(syncedAt + maxAge * DAY);
    note(syncedAt - maxAge * DAY);
  }
  const feed: MalwareFeed = {
    ...NO_FEED,
    revision: 'r',
    syncedAt,
  };
  const { offers, attestations } = attested(note, { between, one });
  const releases: Release[] = offers.map((offer, index) => ({
    version: `${offers.length - index}.0`,
    uploadTime: NOW - index * DAY,
    offers: new Map([['wheel', offer]]),
  }));
  const own = offers[0];
  const seen = one(undefined, inspection(), inspection([hookFinding()]));
  const passing = one(undefined, undefined, note(NOW + between(1, 5 * DAY)));
  return {
    policy,
    subject: subject({
      uploadTime,
      projectBegan,
      yanked: one(true, false),
      ...(own && { filename: own.filename, sha256: own.sha256 }),
      provenance: { offer: own, releases },
    }),
    inspection: seen && passing !== undefined ? { ...seen, countsUntil: passing } : seen,
    knowledge: { feed, attestations },
    instants,
  };
}

/** Documents of some releases, the latest first, and what is known of them. */
function attested(note: (time: number) => number, { between, one }: Random) {
  const attestations = new AttestationRecords();
  const offers = Array.from({ length: between(0, 6) }, (_, index): Offer | undefined => {
    const filename = `demo-${index}-py3-none-any.whl`;
    const offer = { filename, sha256: digest(String(index)), url: `https://x/${index}` };
    const attestation = one<Attestation | undefined>(
      undefined,
      { kind: 'attested', publishers: ['github:o/a' as PublisherId] },
      { kind: 'attested', publishers: ['github:o/a' as PublisherId] },
      { kind: 'attested', publishers: ['github:o/b' as PublisherId] },
      { kind: 'unverifiable', reason: 'odd' },
      { kind: 'unreachable', reason: 'no answer' },
    );
    if (attestation === undefined) return one(undefined, offer);
    const end = NOW + between(-DAY, 4 * DAY);
    const askAgainAt = attestation.kind === 'attested' ? Infinity : end;
    if (askAgainAt !== Infinity) {
      note(askAgainAt);
      note(askAgainAt - LONGEST_DOUBT);
    }
    attestations.add({ ...offer, attestation, askAgainAt });
    return offer;
  });
  return { offers, attestations };
}

/** A verdict without the end of its validity: that may come nearer or go further away. */
function said({ validUntil: _, ...rest }: Verdict): object {
  return rest;
}

describe('the validity of a verdict', () => {
  it('ends before time alone makes another of it, silence or not', () => {
    const changing = new Map<string, number>();
    for (let run = 0; run < RUNS; run += 1) {
      const dice = random(run);
      const { policy, subject, inspection, knowledge, instants } = situation(dice);
      const { countsUntil = Infinity } = inspection ?? {};
      const at = (now: number) =>
        policy.evaluate(
          caseOf(subject, now < countsUntil ? inspection : undefined, now, knowledge),
        );
      const start = NOW + dice.between(-2 * DAY, 2 * DAY);
      const verdict = at(start);
      assert.ok(verdict.validUntil > start, `run ${run}`);
      const later = instants.flatMap((time) => [time - 1, time, time + 1]);
      later.push(start + dice.between(0, HOUR), start + dice.between(0, 90 * DAY));
      for (const time of later)
        if (start <= time && time < verdict.validUntil)
          assert.deepEqual(said(at(time)), said(verdict), `run ${run}, ${time - start} ms later`);
      if (verdict.validUntil === Infinity) continue;
      const next = at(verdict.validUntil);
      const rules = new Set([...verdict.hits, ...next.hits].map(({ rule }) => rule));
      for (const rule of rules) {
        const of = ({ hits }: Verdict) => JSON.stringify(hits.find((hit) => hit.rule === rule));
        if (of(verdict) === of(next)) continue;
        const what = of(verdict) === undefined ? `${rule} begins` : `${rule} changes`;
        changing.set(what, (changing.get(what) ?? 0) + 1);
      }
    }
    // The runs came upon each way in which time changes something.
    for (const what of [
      'malware-feed begins',
      'malware-feed changes',
      'cooldown changes',
      'attestation begins',
      'attestation changes',
      'new-project changes',
      'startup-hook changes',
      'deny changes',
    ])
      assert.ok((changing.get(what) ?? 0) > 5, `${what}: ${JSON.stringify([...changing])}`);
  });

  it('is spoken of by every rule that has a clock, and only by these', () => {
    // Whoever adds a rule decides to which of the two it belongs, and adds it to the runs above.
    const timeless = ['integrity', 'deny', 'startup-hook', 'archive', 'record', 'metadata'];
    timeless.push('allow', 'status', 'sdist', 'yanked', 'late-file');
    const timed = ['malware-feed', 'attestation', 'cooldown', 'new-project'];
    assert.deepEqual([...RULES].sort(), [...timeless, ...timed].sort());
  });

  it('is short where a rule failed: the next look may do better', () => {
    const policy = policyOf('rules: { archive: { action: block } }');
    const broken = { ...inspection(), findings: null as never };
    const verdict = policy.evaluate(caseOf(subject(), broken, NOW));
    assert.equal(verdict.outcome, 'block');
    assert.ok(verdict.validUntil <= NOW + 60_000);
  });
});
