import { it } from 'node:test';
import type { Why } from '../../src/dashboard/why.js';
import { overviewPage } from '../../src/ui/overview-page.js';
import { refusalPage } from '../../src/ui/refusal-page.js';
import { refusalsPage } from '../../src/ui/refusals-page.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { whyPage } from '../../src/ui/why-page.js';
import { assertOnlyText } from '../support/hostile-texts.js';
import { groupOf, overviewOf, recordOf } from './shown-overview.js';

/** Everything that a page may say, with one text in every field that comes from outside. */
function whyWith(text: string): Why {
  const time = '2026-11-01T00:00:00.000Z';
  const bytes = Buffer.from(text);
  return {
    project: text as Why['project'],
    filename: text,
    version: text,
    sha256: text as Why['sha256'],
    changedFrom: text as Exclude<Why['sha256'], undefined>,
    listed: false,
    absence: text,
    sentence: text,
    said: { word: 'Refused', rest: text },
    verdict: 'block',
    rule: text,
    reason: text,
    reference: `MAL ${text}`,
    waiver: undefined,
    dryRun: false,
    wheel: text,
    also: [
      { rule: 'deny', action: 'block', reason: text, reference: `MAL ${text}` },
      {
        rule: 'archive',
        action: 'block',
        reason: text,
        waiver: { rule: 'archive', owner: text, reason: text, expires: time },
      },
    ],
    policy: text,
    inspected: true,
    probe: false,
    advice: {
      newest: { version: text, command: text, sameRelease: false, inspected: false },
      until: time,
      contact: `ask ${text}`,
      waiver: text,
      knownGoodHooks: [text],
      policyRepository: 'https://git.example/',
    },
    findings: [
      {
        code: text,
        rule: 'archive',
        detail: text,
        member: text,
        landing: text,
        sha256: undefined,
        summary: text,
        source: text,
        excerpt: {
          base64: bytes.toString('base64'),
          offset: 1,
          line: 1,
          lineLength: 10_000,
          truncated: true,
          tail: bytes.toString('base64'),
        },
      },
    ],
    attestation: { kind: 'unverifiable', reason: text },
    facts: {
      kind: 'wheel',
      upstream: text,
      size: 1,
      uploaded: text,
      requiresPython: text,
      yanked: text,
      status: text,
      digests: { [text]: text },
      members: 1,
      inflatedBytes: 1,
    },
    history: {
      spans: [
        {
          verdict: 'block',
          rule: text,
          reason: text,
          policy: text,
          first: text,
          last: text,
          requests: 1,
        },
      ],
      requests: [
        { time: text, verdict: 'block', status: 403, user: text, client: text, userAgent: text },
      ],
      complete: false,
      busy: false,
      searchedBackTo: time,
    },
  };
}

const HERE = urlsFrom('/projects/p/files/f');
const ADMIN = { user: undefined, seesIdentities: true };

it('a hostile text in any field of the page that says why adds no element and no attribute', () => {
  assertOnlyText((text) => whyPage(whyWith(text), HERE));
});

it('a hostile text in any field of an overview adds no element and no attribute', () => {
  assertOnlyText((text) => overviewPage(overviewOf(text), ADMIN, HERE));
});

it('a hostile text in any field of a group, of its requests, and of what is asked for adds no element and no attribute', () => {
  const question = (text: string) => ({
    filter: { rule: text, user: text, text, project: text, since: 0, until: 1 },
    sort: 'most' as const,
    before: text,
  });
  const answer = (text: string) => ({
    items: [groupOf(text)],
    next: text,
    rules: { [text]: 1 },
    gaps: [text],
    searchedBackTo: text,
    counted: { kind: 'whole' as const },
  });
  assertOnlyText((text) => refusalsPage(answer(text), question(text), ADMIN, HERE));
});

it('a hostile text in any field of a decision adds no element and no attribute to its page', () => {
  assertOnlyText((text) => {
    const { history: _, ...now } = whyWith(text);
    const like = { items: [recordOf(text)], next: text, gaps: [text], busy: false };
    return refusalPage({ decision: recordOf(text), now, like }, HERE);
  });
});
