import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reasonPhrase } from '../../src/http/problem.js';
import { askForWaiver } from '../../src/messages/refusals.js';

const CONTACT = `. ${askForWaiver('platform@example.com')}`;

describe('a reason phrase', () => {
  it('has its tail behind it where both are short', () => {
    assert.equal(reasonPhrase('Refused: a hook', CONTACT), `Refused: a hook${CONTACT}`);
  });

  it('is cut before its tail', () => {
    const phrase = reasonPhrase('r'.repeat(500), CONTACT);
    assert.equal(phrase.length, 240);
    assert.ok(phrase.endsWith(`...${CONTACT}`));
  });

  it('keeps rule and reference of a reason that is cut, behind one ellipsis', () => {
    const rule = ' (startup-hook) (MAL-2026-3083)';
    const phrase = reasonPhrase(`Refused: ${'r'.repeat(500)}${rule}`, CONTACT);
    assert.equal(phrase.length, 240);
    assert.ok(phrase.endsWith(`r...${rule}${CONTACT}`), phrase);
    for (let length = 100; length < 200; length++) {
      const excerpt = `${'r'.repeat(length)}...${'x'.repeat(150)}${rule}`;
      assert.doesNotMatch(reasonPhrase(excerpt, CONTACT), /\.{4}/);
    }
    const long = ` (${'n'.repeat(100)})`;
    assert.match(reasonPhrase(`${'r'.repeat(300)}${long}`), /^r{237}\.\.\.$/);
  });

  it('has its tail cut where that leaves too little of it', () => {
    const phrase = reasonPhrase('r'.repeat(500), 'c'.repeat(500));
    assert.equal(phrase.length, 240);
    assert.match(phrase, /^r{77}\.\.\.c+\.\.\.$/);
  });

  it('spells out an ellipsis', () => {
    assert.equal(reasonPhrase('sha256 3869a3b73d29\u2026'), 'sha256 3869a3b73d29...');
  });

  it('is one line of plain ASCII, its tail too', () => {
    assert.equal(reasonPhrase('a\r\nb', ' \u00e4\n'), 'a b ? ');
  });
});
