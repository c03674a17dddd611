import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contactLink, reference, urlsFrom } from '../../src/ui/urls.js';

describe('a URL of a page', () => {
  it('is relative to the page it stands on, whatever path a front server takes off', () => {
    for (const [target, prefix] of [
      ['/', './'],
      ['/refusals?rule=x/y', './'],
      ['/projects/demo', '../'],
      ['/projects/demo/', '../../'],
      ['/projects/demo/files/demo-1.0.tar.gz#a/b', '../../../'],
    ] as const) {
      const url = urlsFrom(target)(['help', 'findings'], {}, 'zip-gap');
      assert.equal(url, `${prefix}help/findings#zip-gap`);
      const page = new URL(target, 'https://example.org/below/a/path/');
      assert.equal(
        new URL(url, `https://example.org/prefix${page.pathname}`).pathname,
        '/prefix/help/findings',
      );
    }
  });

  it('escapes what its segments and its query are made of', () => {
    const url = urlsFrom('/')(['projects', 'a/../b?c#d"e', 'javascript:x'], {
      q: '&x=<y>',
      none: undefined,
    });
    assert.equal(url, './projects/a%2F..%2Fb%3Fc%23d%22e/javascript%3Ax?q=%26x%3D%3Cy%3E');
  });
});

describe('a reference', () => {
  it('is a link where it is an https URL, and tells the host', () => {
    assert.equal(
      reference('https://example.com/a?b=c&d').toString(),
      '<a href="https://example.com/a?b=c&amp;d" rel="noreferrer nofollow">https://example.com/a?b=c&amp;d</a> <span class="host">(example.com)</span>',
    );
    assert.match(reference('https://example.com\\@evil.example/').toString(), /\(example\.com\)/);
  });

  for (const text of [
    'MAL-2026-3083',
    'http://example.com/',
    'javascript:alert(1)',
    'data:text/html,<script>',
    ' https://example.com/',
    'https://user:secret@example.com/',
    'https://ex\u202eample.com/',
    'https://',
  ])
    it(`is text where it is none: ${JSON.stringify(text)}`, () => {
      assert.doesNotMatch(reference(text).toString(), /<a/);
    });

  it('to a contact may be an address to write to', () => {
    assert.equal(
      contactLink('platform@example.com').toString(),
      '<a href="mailto:platform@example.com">platform@example.com</a>',
    );
    assert.equal(contactLink('#platform on chat').toString(), '#platform on chat');
    assert.match(contactLink('https://chat.example/x').toString(), /^<a href="https:/);
    assert.doesNotMatch(contactLink('a@b.c?subject=x').toString(), /<a/);
  });
});
