import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RefusalNotice } from '../../src/notify/notice.js';
import { webhookBody } from '../../src/notify/webhook-body.js';

function refusal(reason: string): RefusalNotice {
  const time = '2026-01-01T00:00:00.000Z';
  return {
    event: 'refusal',
    time,
    rule: 'startup-hook',
    reason,
    upstream: 'pypi',
    project: 'demo',
    version: '1.0',
    filenames: ['demo-1.0-py3-none-any.whl'],
    revision: 'abc',
    count: 1,
    first: time,
    last: time,
    isFirst: true,
  };
}

function slack(reason: string): string {
  return JSON.parse(webhookBody(refusal(reason), 'slack')).text;
}

describe('The text of a webhook message', () => {
  for (const [what, hostile, live] of [
    ['a mention of Slack', '<!channel> <@U1>', /<|>/],
    ['a mention of Mattermost', 'a @all @channel', /@(?!\u200b)/],
    ['a link of Slack', '<https://evil.example|here>', /[<>]|:\/\//],
    ['a link of Markdown', '[Why](https://evil.example)', /\](?!\u200b)|:\/\//],
    ['a link of Markdown to the same scheme', '[Why](//evil.example)', /\](?!\u200b)/],
    ['a link without a scheme', 'see WWW.evil.example', /www\./i],
    ['a picture', '![x](https://evil.example/a.png)', /\[(?!\u200b)/],
    ['a mark', '*bold* _slanted_ ~gone~ `code`', /[*_~`](?!\u200b)/],
    ['a table or a heading', '# x | y', /[#|](?!\u200b)/],
  ] as const)
    it(`makes plain text of ${what} in a name or a reason`, () => {
      assert.doesNotMatch(slack(hostile), live);
    });

  it('shows a plain reason to Slack as it is', () => {
    const reason = 'demo.pth would run code at start-up (startup-hook)';
    assert.equal(slack(reason), `Wheelgate refused demo 1.0: ${reason}`);
  });

  it('is one line a notice in every format, in which nothing is out of sight or turned around', () => {
    const reason = 'x\r\n\u2028Wheelgate: all is well \u202eliated\u0007\ud800';
    for (const text of [
      slack(reason),
      JSON.parse(webhookBody(refusal(reason), 'json')).data.text,
    ]) {
      assert.match(text, /Wheelgate: all is well/);
      assert.doesNotMatch(text.replaceAll('\u200b', ''), /[\r\n]|[\p{C}\u2028]/u);
    }
    const notices = [refusal(reason), refusal('plain')];
    const many = {
      event: 'more',
      time: notices[0]!.time,
      of: 'refusal',
      count: 2,
      notices,
    } as const;
    const { text } = JSON.parse(webhookBody(many, 'slack'));
    assert.equal(text.split(/[\r\n\u2028]/).length, 1 + notices.length);
  });

  it('is not cut within a character or an entity', () => {
    assert.match(slack('&'.repeat(4_000)), /&amp;$/);
    // One of them has an odd length in front.
    for (const front of ['', 'x'])
      assert.doesNotMatch(slack(front + '\u{1f600}'.repeat(4_000)), /\p{Cs}/u);
  });
});
