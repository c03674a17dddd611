import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { editDistance } from '../../../src/domain/edit-distance.js';
import { type ProjectName, parseProjectName } from '../../../src/domain/project-name.js';
import { STANDARD_LIBRARY } from '../../../src/inspection/standard-library.js';
import { unhyphenated } from '../../../src/policy/names/name-forms.js';
import { NameIndex } from '../../../src/policy/names/name-index.js';
import { ESTABLISHED, WELL_KNOWN, WELL_KNOWN_NAMES } from '../../../src/policy/names/well-known.js';
import { Random } from '../../support/random.js';
import { MISSED, TYPOSQUATS } from './typosquats.js';

const near = (name: string, index = WELL_KNOWN_NAMES, isNew = true) =>
  index.near(name as ProjectName, isNew);
function word(random: Random, letters: string, least: number, most: number): string {
  const length = least + random.below(1 + most - least);
  return Array.from({ length }, () => letters[random.below(letters.length)]).join('');
}

describe('the distance between two names', () => {
  it('is the same in both directions, 0 for the same name alone, and at least the difference in length', () => {
    const random = new Random(1);
    for (let run = 0; run < 2_000; run += 1) {
      const [a, b] = [word(random, 'ab1-', 1, 8), word(random, 'ab1-', 1, 8)];
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a), `${a} ${b}`);
      assert.equal(distance === 0, a === b, `${a} ${b}`);
      assert.ok(distance >= Math.abs(a.length - b.length), `${a} ${b}`);
      assert.ok(distance <= Math.max(a.length, b.length), `${a} ${b}`);
    }
  });

  it('is one for a character too many, too few or wrong, and for two neighbours swapped', () => {
    for (const slip of ['coolorama', 'clorama', 'calorama', 'cloorama'])
      assert.equal(editDistance(slip, 'colorama'), 1, slip);
    assert.equal(editDistance('kalorama', 'colorama'), 2);
  });
});

describe('a name that resembles a known one', () => {
  it('is found by every edit of a name that is long enough', () => {
    const random = new Random(2);
    const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const long = WELL_KNOWN.filter(({ name }) => unhyphenated(name).length >= 8);
    for (let run = 0; run < 2_000; run += 1) {
      const { name } = long[random.below(long.length)]!;
      const plain = unhyphenated(name);
      const at = random.below(plain.length);
      const letter = letters[random.below(letters.length)]!;
      const edited = [
        plain.slice(0, at) + plain.slice(at + 1),
        plain.slice(0, at) + letter + plain.slice(at + 1),
        plain.slice(0, at) + letter + plain.slice(at),
        plain.slice(0, at) + (plain[at + 1] ?? '') + plain[at] + plain.slice(at + 2),
      ][random.below(4)]!;
      if (edited === plain || ESTABLISHED.has(edited)) continue;
      assert.notEqual(near(edited), undefined, `${edited} of ${name}`);
    }
  });

  it('is one edit away where that is said', () => {
    const random = new Random(3);
    const names = Array.from({ length: 300 }, () => word(random, 'abc', 6, 9));
    const index = new NameIndex(names.map((name) => ({ name })));
    let found = 0;
    for (let run = 0; run < 5_000; run += 1) {
      const name = word(random, 'abc', 6, 9);
      const other = near(name, index);
      if (other?.likeness !== 'one-edit') continue;
      found += 1;
      assert.equal(editDistance(unhyphenated(name), unhyphenated(other.name)), 1, name);
    }
    assert.ok(found > 100, `${found}`);
  });

  it('is told by the way in which it resembles it', () => {
    const ways: Record<string, string> = {
      'setup-tools': 'separators setuptools',
      'nmap-python': 'word-order python-nmap',
      jeilyfish: 'look-alike jellyfish',
      co1orama: 'look-alike colorama',
      colourama: 'one-edit colorama',
      pycolorama: 'affix colorama',
      colorama3: 'one-edit colorama',
      'colorama-python': 'affix colorama',
      'dateutil-py': 'affix python-dateutil',
      subprocess: 'same subprocess',
      pysubprocess: 'affix subprocess',
    };
    for (const [name, way] of Object.entries(ways)) {
      const found = near(name);
      assert.equal(`${found?.likeness} ${found?.name}`, way, name);
    }
  });

  it('is found although it is in the index itself, where its project is new, in each way; and is known where it is not', () => {
    for (const [squat, known] of [
      ['acme-tools', 'acmetools'],
      ['tools-acme', 'acme-tools'],
      ['acmet00ls', 'acmetools'],
      ['acme-toolz', 'acme-tools'],
      ['pyacme', 'acme'],
      ['acme-py', 'py-acme'],
    ] as const)
      for (const names of [
        [squat, known],
        [known, squat],
      ]) {
        const index = new NameIndex(names.map((name) => ({ name, users: 5 })));
        assert.equal(near(squat, index)?.name, known, squat);
        assert.equal(near(squat, index, false), undefined, squat);
      }
  });

  it('is every published typosquat of the list, and none of the honest names beside them', () => {
    assert.ok(TYPOSQUATS.length >= 40);
    for (const { name, imitates, honest } of TYPOSQUATS) {
      assert.equal(near(name)?.name, imitates, name);
      assert.equal(near(honest), undefined, honest);
      for (const one of [name, honest]) assert.equal(parseProjectName(one), one);
    }
    for (const name of MISSED) assert.equal(near(name), undefined, `${name} is found by now`);
  });
});

describe('the well-known names', () => {
  it('are more than 300 projects, and modules, each in its normal form', () => {
    const projects = WELL_KNOWN.filter(({ isModule }) => !isModule);
    assert.ok(projects.length > 300);
    for (const { name } of WELL_KNOWN) assert.equal(parseProjectName(name), name);
    assert.equal(new Set(projects.map(({ name }) => name)).size, projects.length);
    const modules = WELL_KNOWN.filter(({ isModule }) => isModule).map(({ name }) => name);
    const standard = new Set([...STANDARD_LIBRARY].map((name) => name.toLowerCase()));
    assert.equal(new Set(modules).size, modules.length);
    assert.deepEqual(
      modules.filter((name) => !standard.has(name)),
      [],
    );
    const documented = `${projects.length} projects`;
    assert.ok(readFileSync('docs/policy.md', 'utf8').includes(documented), documented);
  });

  it('resemble none of the others, but for those that are listed as exceptions', () => {
    const listed = /const TWINS = namesIn\(`([^`]+)`\)/.exec(
      readFileSync('src/policy/names/well-known.ts', 'utf8'),
    );
    const exceptions = new Set(listed?.[1]?.trim().split(/\s+/));
    for (const known of WELL_KNOWN) {
      if (known.isModule) continue;
      const others = new NameIndex(WELL_KNOWN.filter((other) => other !== known));
      const found = near(known.name, others);
      assert.equal(
        found !== undefined,
        exceptions.has(known.name),
        `${known.name}: ${found?.name}`,
      );
    }
    for (const exception of exceptions) {
      const others = new NameIndex(
        WELL_KNOWN.filter(({ name, isModule }) => isModule || name !== exception),
      );
      assert.notEqual(near(exception, others), undefined, `${exception} is no exception`);
    }
  });

  it('warn of two at most in a thousand real projects, which docs/census.md lists', (test) => {
    const names = readFileSync('test/policy/names/real-projects.txt', 'utf8').trim().split('\n');
    assert.ok(names.length > 1_000);
    assert.equal(new Set(names.map((name) => parseProjectName(name))).size, names.length);
    const warned = names.filter((name) => near(name) !== undefined);
    test.diagnostic(`${warned.length} of ${names.length}: ${warned.join(', ')}`);
    assert.ok(warned.length <= (2 * names.length) / 1_000, warned.join(', '));
    const census = readFileSync('docs/census.md', 'utf8');
    for (const name of warned) assert.ok(census.includes(`\`${name}\``), name);
    const row = `| ${warned.length} of ${names.length.toLocaleString('en')} |`;
    assert.ok(census.includes(row), row);
  });
});
