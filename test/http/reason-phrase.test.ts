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
