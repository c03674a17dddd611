import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { html } from '../../src/ui/html.js';

describe('a template', () => {
  it('escapes text in content and in attributes', () => {
    const text = `<img src=x onerror="alert('&')">`;
    assert.equal(
      html`<p title="${text}">${text}</p>`.toString(),
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;">&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;</p>',
    );
  });

  it('takes other templates as they are, joins lists, and leaves out what is nothing', () => {
    const items = ['a', 'b'].map((name) => html`<li>${name}</li>`);
    const text = html`<ul>${items}${null}${undefined}${false}${0}</ul>`.toString();
    assert.equal(text, '<ul><li>a</li><li>b</li>0</ul>');
  });

  it('takes no markup from what only looks like a template', () => {
    const lookalike = { toString: () => '<b>' } as never;
    assert.throws(() => html`${lookalike}`);
    assert.equal(html`${String(html`<b>`)}`.toString(), '&lt;b&gt;');
  });

  it('writes what nobody sees as escapes, and leaves letters of any script alone', () => {
    const unseen = '\u202eevil\u200b\u0000\u001b[31m\u00a0\ufeff\u{e0041}\u2028\ud800\u2800';
    assert.equal(
      html`${unseen}`.toString(),
      '\\u202eevil\\u200b\\x00\\x1b[31m\\xa0\\ufeff\\U000e0041\\u2028\\ud800\\u2800',
    );
    const text = 'naïve Ünïcode\tпривет 你好 שלום e\u0301 🎉\n';
    assert.equal(html`${text}`.toString(), text);
  });
});

describe('the sources of the pages', () => {
  const sources = readdirSync('src/ui')
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join('src/ui', name), 'utf8') }));

  it('put values of attributes in double quotes, and none into a tag by itself', () => {
    // An attribute as a whole comes from a template of its own: `${isCurrent && html` aria-current="page"`}`.
    const bare = /=\s*'?\$\{|<\/?\$\{/;
    const wrong = sources.flatMap(({ name, text }) =>
      text
        .split('\n')
        .filter((line) => /<\w/.test(line) && bare.test(line.replace(/=>\s*\$\{/g, '')))
        .map((line) => `${name}: ${line}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('have no style, script or handler within a page', () => {
    const inline = /\sstyle=|\son\w+="|<style|<script(?! src=)|javascript:/;
    assert.deepEqual(
      sources.filter(({ text }) => inline.test(text)).map(({ name }) => name),
      [],
    );
  });
});
