import assert from 'node:assert/strict';
import { Parser } from 'htmlparser2';
import { layout, type Page } from '../../src/ui/layout.js';
import { urlsFrom } from '../../src/ui/urls.js';

/** Attack strings for templates, and strings that may be displayed as another text. */
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
export const HOSTILE = CORES.flatMap((core) => [core, `" ${core}`, `' x=${core}`]);

/** A page's elements with the names of their attributes, and its link schemes. */
function shapeOf(page: Page): string[] {
  const shape: string[] = [];
  const state = { revision: page.title, troubles: [], now: 0, isWhole: true, isAdmin: true };
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

/** Escaped characters are marked by an element. */
const withoutMarks = (shape: readonly string[]) => shape.filter((element) => element !== 'mark ');

/**
 * Asserts that no text adds an element, an attribute or a link to a page.
 * @param pageWith the page with the text in every field of untrusted data
 */
export function assertOnlyText(pageWith: (text: string) => Page): void {
  const plain = withoutMarks(shapeOf(pageWith('plain')));
  assert.ok(HOSTILE.length >= 60);
  for (const text of HOSTILE)
    assert.deepEqual(withoutMarks(shapeOf(pageWith(text))), plain, JSON.stringify(text));
}
