import { it } from 'node:test';
import type { PolicyReport } from '../../src/dashboard/policy-report.js';
import { policyFilePage } from '../../src/ui/policy-file-page.js';
import { policyPage } from '../../src/ui/policy-page.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { assertOnlyText } from '../support/hostile-texts.js';

/** A policy that says one text wherever it can say anything. */
function policyWith(text: string): PolicyReport {
  const at = { layer: 'own', file: text, line: 3 } as const;
  const time = '2026-11-01T00:00:00.000Z';
  return {
    revision: text,
    since: time,
    failing: {
      since: time,
      count: 2,
      problems: [
        { file: text, line: 1, column: 2, message: text },
        { file: text, line: undefined, column: undefined, message: text },
      ],
    },
    settings: [{ key: 'mode', value: 'enforce', at }],
    files: [{ name: text, layer: 'own', bytes: 1, lines: 1, text }],
    rules: [
      {
        rule: 'cooldown',
        action: 'block',
        dryRun: true,
        settings: [
          { key: text, value: text, at },
          { key: text, value: text, at: undefined },
        ],
      },
    ],
    waivers: {
      count: 1,
      states: { active: 1, ending: 0, expired: 0, early: 0 },
      entries: [
        {
          state: 'active',
          rule: 'cooldown',
          project: text as PolicyReport['waivers']['entries'][0]['project'],
          versions: text,
          reason: text,
          owner: text,
          expires: time,
          at,
        },
      ],
    },
    denials: {
      count: 2,
      entries: [
        {
          project: text,
          versions: text,
          sha256: undefined,
          reason: text,
          reference: `MAL ${text}`,
          at,
        },
        {
          project: undefined,
          versions: undefined,
          sha256: text,
          reason: text,
          reference: undefined,
          at,
        },
      ],
    },
    hooks: { count: 1, entries: [{ project: text, file: text, sha256: [text], at }] },
    allow: { count: 1, entries: [{ project: text, at }] },
    edits: [
      {
        time,
        revision: text,
        sameMeaning: true,
        files: [{ name: text, layer: 'own', change: 'changed', added: 1, removed: 1 }],
      },
    ],
  };
}

it('a hostile text in any field of the policy page adds no element and no attribute', () => {
  assertOnlyText((text) =>
    policyPage(policyWith(text), { policies: text, log: text }, urlsFrom('/policy')),
  );
});

it('a hostile text in any line of a policy file adds no element and no attribute to its page', () => {
  const path = '/policy/files/own/x.yaml';
  assertOnlyText((text) => {
    const part = { name: text, layer: 'own', bytes: 1, count: 3, from: 2, next: 3 } as const;
    return policyFilePage({ ...part, lines: [text.replaceAll('\n', ' ')] }, false, urlsFrom(path));
  });
});
