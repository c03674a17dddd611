import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const LOCK = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const PACKAGES = Object.entries(LOCK.packages).filter(([path]) => path !== '');

/** What may stand beside our own Apache-2.0 in what somebody installs; of what only developers use, also weak copyleft. */
const SHIPPED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
];
const DEVELOPERS = [...SHIPPED, 'MIT OR Apache-2.0', 'MPL-2.0'];

describe('the dependencies', () => {
  it('have licenses that go with ours', () => {
    const wrong = PACKAGES.filter(
      ([, { license = '', dev }]) => !(dev ? DEVELOPERS : SHIPPED).includes(license),
    ).map(([path, { license }]) => `${path}: ${license}`);
    assert.deepEqual(wrong, []);
  });

  it('run nothing when they are installed', () => {
    const wrong = PACKAGES.filter(([, { hasInstallScript }]) => hasInstallScript);
    assert.deepEqual(wrong, []);
  });

  it('are updated when a release is a week old', () => {
    const { minimumReleaseAge, internalChecksFilter } = readRenovate();
    assert.deepEqual([minimumReleaseAge, internalChecksFilter], ['7 days', 'strict']);
  });

  it('that are held back for Node 20 are so in CONTRIBUTING.md, in what proposes updates, and in what is installed', () => {
    const table = readFileSync('CONTRIBUTING.md', 'utf8')
      .split('## Packages held back for Node 20')[1]!
      .matchAll(/^\| ([@\w/-]+) +\| (\d+) +\|$/gm);
    const documented = [...table].map(([, name, major]) => [name, Number(major)]);
    const proposed = readRenovate()
      .packageRules.filter(({ allowedVersions }) => allowedVersions !== undefined)
      .map(({ matchPackageNames: [name], allowedVersions }) => [
        name,
        Number(/^<(\d+)$/.exec(allowedVersions!)?.[1]) - 1,
      ]);
    const installed = documented.map(([name]) => [
      name,
      Number(LOCK.packages[`node_modules/${name}`]?.version?.split('.')[0]),
    ]);
    assert.ok(documented.length > 0);
    assert.deepEqual(proposed, documented);
    assert.deepEqual(installed, documented);
  });
});

function readRenovate() {
  return JSON.parse(readFileSync('renovate.json', 'utf8')) as {
    readonly minimumReleaseAge: string;
    readonly internalChecksFilter: string;
    readonly packageRules: readonly {
      readonly matchPackageNames: readonly string[];
      readonly allowedVersions?: string;
    }[];
  };
}
