import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KnownNames } from '../../../src/domain/known-names.js';
import type { Subject } from '../../../src/domain/subject.js';
import {
  hasAnotherAffix,
  isOneEditFrom,
  itsName,
  newAndAlike,
  usedHere,
  WELL_KNOWN,
} from '../../../src/messages/reasons.js';
import { ANY, saying } from '../../support/messages.js';
import { brief, caseOf, DAY, HOUR, NOW, policyOf, problemsIn, subject } from '../support.js';

const policy = (settings: string) => policyOf(`rules: { new-project: { ${settings} } }`);
const WARN = policy('action: warn');
const BLOCK_NEAR = policy('action: warn, near: block');
const THREE_DAYS: Partial<Subject> = { uploadTime: NOW - HOUR, projectBegan: NOW - 3 * DAY };

function judge(
  project: string,
  facts: Partial<Subject> = THREE_DAYS,
  by = WARN,
  names?: KnownNames,
) {
  const about = subject({ ...facts, project });
  return by.evaluate(caseOf(about, undefined, NOW, names && { names }));
}

describe('a new project', () => {
  it('is warned of by its age, at the public index only, and no longer than it is new', () => {
    const verdict = judge('brandnewthing');
    assert.equal(brief(verdict), 'warn new-project');
    assert.equal(verdict.decisive?.reason, 'brandnewthing is 3 days old (new-project)');
    assert.equal(verdict.decisive?.until, NOW + 27 * DAY);
    const began = (age: number) => ({ ...THREE_DAYS, projectBegan: NOW - age });
    assert.equal(brief(judge('brandnewthing', began(30 * DAY - 1))), 'warn new-project');
    assert.equal(brief(judge('brandnewthing', began(30 * DAY))), 'allow');
    assert.match(judge('brandnewthing', began(HOUR)).decisive?.reason ?? '', /less than a day old/);
    assert.equal(brief(judge('colourama', { ...THREE_DAYS, publicUpstream: false })), 'allow');
  });

  it('is refused where its name resembles a known one and "near" says so, and its honest twin is not', () => {
    const verdict = judge('pycolorama', THREE_DAYS, BLOCK_NEAR);
    assert.equal(brief(verdict), 'block new-project');
    assert.equal(
      verdict.decisive?.reason,
      `${newAndAlike('pycolorama', '3 days old', itsName(hasAnotherAffix('colorama', WELL_KNOWN)))} (new-project)`,
    );
    assert.equal(brief(judge('colorlog', THREE_DAYS, BLOCK_NEAR)), 'warn new-project');
    assert.equal(
      brief(judge('pycolorama', { ...THREE_DAYS, projectBegan: NOW - 40 * DAY })),
      'allow',
    );
  });

  it('is judged by the stronger of "action" and "near", and by its age alone where that is off', () => {
    assert.equal(
      brief(judge('colourama', THREE_DAYS, policy('action: block'))),
      'block new-project',
    );
    const off = judge('colourama', THREE_DAYS, policy('action: warn, near: off'));
    assert.equal(off.decisive?.reason, 'colourama is 3 days old (new-project)');
    assert.equal(
      brief(judge('colourama', THREE_DAYS, policy('action: off, near: block'))),
      'allow',
    );
    assert.notDeepEqual(problemsIn('rules: { new-project: { action: warn, near: maybe } }'), []);
  });

  it('is compared with the names in use here first, and told how many use them', () => {
    const names: KnownNames = {
      validUntil: Infinity,
      near: (project) =>
        project === 'acme-tool'
          ? { name: 'acme-tools', likeness: 'one-edit', users: 10 }
          : undefined,
    };
    assert.equal(
      judge('acme-tool', THREE_DAYS, BLOCK_NEAR, names).decisive?.reason,
      `${newAndAlike('acme-tool', '3 days old', itsName(isOneEditFrom('acme-tools', usedHere(10))))} (new-project)`,
    );
    assert.equal(brief(judge('acme-tool', THREE_DAYS, BLOCK_NEAR)), 'warn new-project');
  });

  it('is judged by its name alone where a public index gives no upload times', () => {
    const unknown = { uploadTime: undefined, projectBegan: undefined };
    assert.match(
      judge('colourama', unknown).decisive?.reason ?? '',
      saying(
        `the age of colourama is unknown to the index, and ${itsName(isOneEditFrom('colorama', ANY))}`,
      ),
    );
    assert.equal(brief(judge('brandnewthing', unknown)), 'allow');
  });

  it('is old where a record gives its upload and no first one', () => {
    assert.equal(brief(judge('colourama', { projectBegan: undefined })), 'allow');
  });

  it('may resemble what it likes in a namespace of its owner, and lies in no other with impunity', () => {
    const of = (owned: boolean) => ({
      ...THREE_DAYS,
      namespaces: [{ name: 'google-cloud', owned }],
    });
    assert.equal(brief(judge('google-cloud-storag', of(true), BLOCK_NEAR)), 'warn new-project');
    for (const project of ['google-cloud-storag', 'google-cloud-gadgets']) {
      const verdict = judge(project, of(false), BLOCK_NEAR);
      assert.equal(brief(verdict), 'block new-project');
      assert.match(verdict.decisive?.reason ?? '', /the namespace google-cloud is reserved/);
    }
  });
});

describe('a file that joins a release late', () => {
  const LATE = policyOf('rules: { late-file: { action: block, after: 14d } }');
  const after = (milliseconds: number) =>
    LATE.evaluate(
      caseOf(subject({ uploadTime: NOW, releaseBegan: NOW - milliseconds }), undefined, NOW),
    );

  it('is objected to after so long, and not before', () => {
    assert.equal(brief(after(14 * DAY)), 'allow');
    assert.equal(brief(after(14 * DAY + 1)), 'block late-file');
    assert.match(
      after(40 * DAY).decisive?.reason ?? '',
      /40 days after the first file of its release/,
    );
  });

  it('is not known where the index gives no upload times', () => {
    for (const facts of [{}, { uploadTime: undefined }])
      assert.equal(brief(LATE.evaluate(caseOf(subject(facts), undefined, NOW))), 'allow');
  });

  it('may be any without an upload time, once a file of its release is older than "after"', () => {
    const undated = (age: number) => subject({ uploadTime: undefined, releaseBegan: NOW - age });
    const young = LATE.evaluate(caseOf(undated(14 * DAY), undefined, NOW));
    assert.equal(brief(young), 'allow');
    assert.equal(young.validUntil, NOW + 1);
    const verdict = LATE.evaluate(caseOf(undated(14 * DAY + 1), undefined, NOW));
    assert.equal(brief(verdict), 'block late-file');
    assert.match(
      verdict.decisive?.reason ?? '',
      /^the index provides no upload time for demo-1.0-py3-none-any.whl, and the first file of its release was uploaded 2026-11-06 11:59 UTC/,
    );
  });
});
