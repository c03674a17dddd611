import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { didYouMean, expectedGot, knownKeysHere, unknownKey } from '../../src/messages/settings.js';
import { readYaml, type YamlDocument } from '../../src/yaml/document.js';
import { nearest } from '../../src/yaml/nearest.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { validateYaml } from '../../src/yaml/validate.js';
import { saying } from '../support/messages.js';

function problemsOf(text: string): string[] {
  const read = readYaml('f.yaml', text);
  return 'value' in read ? [] : read.map(formatProblem);
}

function document(text: string): YamlDocument {
  const read = readYaml('f.yaml', text);
  assert.ok('value' in read, JSON.stringify(read));
  return read;
}

describe('readYaml', () => {
  it('gives plain data; nothing and comments only are undefined', () => {
    assert.deepEqual(document('a: [1, x]\nb: { c: off }\n').value, {
      a: [1, 'x'],
      b: { c: 'off' },
    });
    assert.equal(document('').value, undefined);
    assert.equal(document('# nothing\n').value, undefined);
  });
  it('keeps a date and a hash of one letter as text or says to quote it', () => {
    assert.deepEqual(document('d: 2026-12-01').value, { d: '2026-12-01' });
  });
  it('names a duplicate key, a tab, a second document', () => {
    assert.deepEqual(problemsOf('a: 1\nb: 2\na: 3\n'), ['f.yaml:3:1: duplicate key']);
    assert.match(problemsOf('a:\n\tb: 1\n')[0]!, /^f\.yaml:2:1: a tab cannot indent/);
    assert.match(problemsOf('a: 1\n---\nb: 2\n')[0]!, /^f\.yaml:2:1: a second document/);
  });
  it('refuses aliases, so no bomb of them can go off', () => {
    const bomb = ['a: &a [x, x, x]'];
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'])
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    const problems = problemsOf(bomb.join('\n'));
    assert.equal(problems.length, 8 * 9);
    assert.match(problems[0]!, /^f\.yaml:2:\d+: aliases are not supported/);
  });
  it('refuses tags and keys that are no text', () => {
    assert.match(problemsOf('a: !!js/function x\n')[0]!, /^f\.yaml:1:4: tags/);
    assert.match(problemsOf('1: x\n')[0]!, saying(`f.yaml:1:1: ${expectedGot('a text key', '1')}`));
    assert.match(problemsOf('[a]: x\n').join(), /expected a text key|not YAML/);
  });
  it('survives nesting without end', () => {
    for (const level of ['[', '{a: ', '- ', '? '])
      assert.deepEqual(problemsOf(level.repeat(100_000)), [
        'f.yaml: nested more than 100 levels deep',
      ]);
    assert.deepEqual(problemsOf(`${'['.repeat(90)}${']'.repeat(90)}`), []);
  });
  it('says what is not YAML', () => {
    assert.match(problemsOf('a: [1, 2\n')[0]!, /^f\.yaml:\d+:\d+: not YAML: /);
  });
});

const schema = z.strictObject({
  mode: z.enum(['enforce', 'dry-run']).default('enforce'),
  list: z
    .array(z.strictObject({ name: z.string(), size: z.int().min(1).optional() }))
    .min(1)
    .optional(),
  named: z.record(z.string(), z.strictObject({ on: z.boolean() })).optional(),
});

describe('validateYaml', () => {
  const complaints = (text: string): string[] => {
    const result = validateYaml(schema, document(text));
    return result.ok ? [] : result.problems.map(formatProblem);
  };
  it('passes what fits, with its defaults', () => {
    const result = validateYaml(schema, document('list: [{ name: a }]'));
    assert.deepEqual(result, { ok: true, value: { mode: 'enforce', list: [{ name: 'a' }] } });
    assert.deepEqual(validateYaml(schema, document('')), { ok: true, value: { mode: 'enforce' } });
  });
  it('reports every problem, in the order of the file', () => {
    assert.deepEqual(
      complaints('mdoe: enforce\nlist:\n  - nmae: a\n    size: big\n  - name: 7\n'),
      [
        `f.yaml:1:1: ${unknownKey('mdoe', 'mode')}; ${knownKeysHere(['mode', 'list', 'named'])}`,
        'f.yaml:3:5: the key "name" is missing',
        `f.yaml:3:5: ${unknownKey('nmae', 'name')}; ${knownKeysHere(['name', 'size'])}`,
        `f.yaml:4:11: ${expectedGot('a number', '"big"')}`,
        `f.yaml:5:11: ${expectedGot('text', 'the number 7; put it in quotes')}`,
      ],
    );
  });
  it('says what a word could have been, and that a list is empty', () => {
    assert.deepEqual(complaints('mode: dryrun\nlist: []\n'), [
      `f.yaml:1:7: ${expectedGot('one of enforce, dry-run', '"dryrun"')} ${didYouMean('dry-run')}`,
      `f.yaml:2:7: ${expectedGot('at least one entry', 'an empty list')}`,
    ]);
  });
  it('takes a key left empty for a mistake', () => {
    assert.deepEqual(complaints('list:\n'), [`f.yaml:1:6: ${expectedGot('a list', 'nothing')}`]);
  });
  it('finds keys under names of any kind', () => {
    assert.deepEqual(complaints('named: { x: { no: true, on: true } }'), [
      `f.yaml:1:15: ${unknownKey('no', 'on')}; ${knownKeysHere(['on'])}`,
    ]);
  });
  it('wants keys and values at the top', () => {
    assert.deepEqual(complaints('- a\n'), [
      `f.yaml:1:1: ${expectedGot('keys and values', 'a list')}`,
    ]);
  });
});

describe('nearest', () => {
  it('sees through a slip, a swap and another spelling', () => {
    const words = ['startup-hook', 'cooldown', 'hold-bytes'];
    assert.equal(nearest('startup_hooks', words), 'startup-hook');
    assert.equal(nearest('colodown', words), 'cooldown');
    assert.equal(nearest('holdBytes', words), 'hold-bytes');
  });
  it('guesses nothing far off', () => {
    assert.equal(nearest('banana', ['startup-hook', 'cooldown']), undefined);
  });
});
