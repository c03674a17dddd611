import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NO_PAGE, type PageFacts, readFacts, writeFacts } from '../../src/domain/page-facts.js';

const SAID: PageFacts = {
  publicUpstream: true,
  uploadTime: Date.parse('2026-11-20T12:00:00.123Z'),
  yanked: true,
  status: { status: 'archived' },
  declaredMetadata: undefined,
  hasWheel: true,
};

it('reads back from a decision record each fact that a page told of the file', () => {
  for (const key of Object.keys(SAID) as (keyof PageFacts)[]) {
    const facts = { ...NO_PAGE, [key]: SAID[key] };
    assert.deepEqual(readFacts(JSON.parse(JSON.stringify(writeFacts(facts)))), facts, key);
  }
});

it('writes nothing into a decision record of a file for which no index was asked', () => {
  assert.equal(JSON.stringify(writeFacts(NO_PAGE)), '{}');
});

it('takes an upload time in a decision record that is none for an unknown one', () => {
  assert.equal(readFacts({ uploaded: 'soon' }).uploadTime, undefined);
});
