import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { absoluteUrl, UrlResolver } from '../../../src/upstream/pages/absolute-url.js';

const BASES = ['https://pypi.example.com/simple/demo/', 'http://h:8080/a?b=c/d', 'https://h/x/y'];

const parts = fc.constantFrom(
  ...[
    'http:',
    'https:',
    'HTTPS:',
    'file:',
    'ftp:',
    'javascript:',
    '/',
    '//',
    '..',
    '.',
    '\\',
    '?',
    '#',
    '%2e',
    '%2F',
  ],
  ...[
    'host',
    'HOST',
    'host:443',
    'user@host',
    '0x7f.1',
    '[::1]',
    'demo-1.0-py3.whl',
    'a+b_c~d',
    ' ',
    '\t',
    'é',
    ':',
  ],
);
const targets = fc.array(parts, { maxLength: 8 }).map((some) => some.join(''));
const hosted = targets.map((rest) => `https://files.example.com/${rest}`);

describe('URLs of one page', () => {
  it('are resolved as each alone is', () => {
    const many = fc.array(fc.oneof(targets, hosted), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...BASES), many, (base, urls) => {
        const resolver = new UrlResolver(base);
        // Twice, for the second time its folder is known.
        for (const url of [...urls, ...urls])
          assert.equal(resolver.resolve(url), absoluteUrl(url, base), JSON.stringify(url));
      }),
      { numRuns: 5_000 },
    );
  });

  it('are http or https, or none', () => {
    const resolver = new UrlResolver('https://h/simple/demo/');
    assert.equal(resolver.resolve('../../files/a.whl#sha256=00'), 'https://h/files/a.whl');
    assert.equal(resolver.resolve('../../files/b.whl'), 'https://h/files/b.whl');
    // What one parser makes of a host alone it need not make of the whole.
    const odd = 'http://éhttp://';
    assert.equal(resolver.resolve(odd), absoluteUrl(odd, 'https://h/simple/demo/'));
    assert.equal(resolver.resolve('http://other/x/b.whl'), 'http://other/x/b.whl');
    for (const url of ['javascript:alert(1)/x', 'file:///etc/passwd', 'ftp://h/x', 'https://'])
      assert.equal(resolver.resolve(url), undefined, url);
  });
});
