import { it } from 'node:test';
import { helpPage } from '../../src/ui/help-page.js';
import type { Page } from '../../src/ui/layout.js';
import { livePage } from '../../src/ui/live-page.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { assertOnlyText } from '../support/hostile-texts.js';

/** A decision with one text in every field that comes from outside. */
function liveWith(text: string): Page {
  const decision = {
    id: '20261101T000000000Z-000000',
    time: text,
    client: text,
    forwarded: text,
    user: text,
    userAgent: text,
    method: text,
    status: 403,
    upstream: text,
    project: text,
    filename: text,
    bytes: 0,
    complete: false,
    verdict: 'block',
    rule: text,
    reason: text,
    revision: text,
  } as const;
  return livePage([decision], true, urlsFrom('/live'));
}

function helpWith(text: string): Page {
  // Where clients reach the server is read from a Host header only where that is plainly one.
  const server = 'https://wg.example';
  const help = { server, contact: `ask ${text}`, asksForTokens: true, rules: [] };
  return helpPage(help, urlsFrom('/help'));
}

it('a hostile text in any field of a decision adds no element and no attribute to the page that follows them', () => {
  assertOnlyText(liveWith);
});

it('a hostile contact adds no element and no attribute to the page of help', () => {
  assertOnlyText(helpWith);
});
