import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Parser } from 'htmlparser2';
import type { Why } from '../../src/dashboard/why.js';
import { layout, type Page } from '../../src/ui/layout.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { whyPage } from '../../src/ui/why-page.js';

/** What has gone through templates elsewhere, and what no reader may take for another text. */
const CORES = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '</code></pre><b>',
  '</title><script>',
  '--><b>',
  '<!--',
  '<![CDATA[<b>]]>',
  '<?php ?>',
  '&lt;b&gt;',
  '&#60;b&#62;',
  '&#x3c;script&#x3e;',
  '{{7*7}}<%=7%>',
  'javascript:alert(1)',
  'data:text/html,<b>',
  'https://e.example/"onmouseover="x',
  "https://e.example/'><b>",
  'https://e.example/<b>',
  '\u202ehwl.evil',
  '\u200b\u200d\ufeff',
  '\u0000<b\u0000>',
  '\u001b[31m',
  '\ud800',
  '\u2028<b>\u2029',
  '＜b＞',
  '\u{e003c}b',
  '<b x="',
  "<b x='",
  '`onclick=alert(1)`',
  '+ADw-b+AD4-',
];
const HOSTILE = CORES.flatMap((core) => [core, `" ${core}`, `' x=${core}`]);

/** A page's elements with their attributes' names, and its schemes of links. */
function shapeOf(page: Page): string[] {
  const shape: string[] = [];
  const state = { revision: page.title, troubles: [], now: 0, isWhole: true };
  const text = layout(page, state, urlsFrom('/projects/p/files/f')).toString();
  assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u202e\u200b\ufeff\u2028\u2029]/);
  const parser = new Parser({
    onopentag: (name, attributes) => {
      shape.push(`${name} ${Object.keys(attributes).join(' ')}`);
      const { href } = attributes;
      if (href !== undefined) assert.match(href, /^(?:\.{1,2}\/|#|https:\/\/|mailto:)/);
    },
  });
  parser.end(text);
  return shape;
}

/** Everything that a page may say, with one text in every field that comes from outside. */
function pageWith(text: string): Page {
  const time = '2026-11-01T00:00:00.000Z';
  const bytes = Buffer.from(text);
  const why: Why = {
    project: text as Why['project'],
    filename: text,
    version: text,
    sha256: text as Why['sha256'],
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
    also: [{ rule: 'deny', action: 'block', reason: text, reference: `MAL ${text}` }],
    policy: text,
    inspected: true,
    advice: {
      newest: { version: text, command: text, sameRelease: false, inspected: false },
      until: time,
      contact: `ask ${text}`,
      waiver: text,
      honestHooks: [text],
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
    },
  };
  return whyPage(why, urlsFrom('/projects/p/files/f'));
}

/** Escapes are told from letters by an element of their own. */
const withoutMarks = (shape: readonly string[]) => shape.filter((element) => element !== 'mark ');

it('a hostile text in any field of the page that says why adds no element and no attribute', () => {
  const plain = withoutMarks(shapeOf(pageWith('plain')));
  assert.ok(HOSTILE.length >= 60);
  for (const text of HOSTILE)
    assert.deepEqual(withoutMarks(shapeOf(pageWith(text))), plain, JSON.stringify(text));
});
