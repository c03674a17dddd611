import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NO_PAGE, type PageFacts, readFacts, writeFacts } from '../../src/domain/page-facts.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');

const SAID: PageFacts = {
  publicUpstream: true,
  uploadTime: Date.parse('2026-11-20T12:00:00.123Z'),
  yanked: true,
  status: { status: 'archived' },
  declaredMetadata: undefined,
  hasWheel: true,
  projectBegan: Date.parse('2026-11-18T12:00:00Z'),
  releaseBegan: Date.parse('2026-11-19T12:00:00Z'),
  releaseSaid: Date.parse('2026-10-19T12:00:00Z'),
  firstSeen: Date.parse('2026-11-21T12:00:00Z'),
  namespaces: [{ name: 'acme', owned: false }],
};

it('reads back from a decision record each fact that a page told of the file', () => {
  for (const key of Object.keys(SAID) as (keyof PageFacts)[]) {
    const facts = { ...NO_PAGE, [key]: SAID[key] };
    assert.deepEqual(readFacts(JSON.parse(JSON.stringify(writeFacts(facts, NOW)))), facts, key);
  }
});

it('writes nothing into a decision record of a file for which no index was asked', () => {
  assert.equal(JSON.stringify(writeFacts(NO_PAGE, NOW)), '{}');
});

it('takes an upload time in a decision record that is none for an unknown one', () => {
  assert.equal(readFacts({ uploaded: 'soon' }).uploadTime, undefined);
});

it('writes the first upload of a project, or of a release, only where something can follow from it', () => {
  const uploadTime = NOW - 1_000;
  const DAY = 86_400_000;
  const old = { ...NO_PAGE, uploadTime, projectBegan: NOW - 100 * DAY, releaseBegan: uploadTime };
  const { projectBegan, releaseBegan } = writeFacts(old, NOW);
  assert.deepEqual([projectBegan, releaseBegan], [undefined, undefined]);
});
