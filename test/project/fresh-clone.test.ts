import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { commandIn, mustRun, QUIETLY, TARBALL, VERSION } from '../support/npm.js';
import { npmRegistry } from '../support/requirements.js';

const registry = npmRegistry();

describe('a fresh clone, after npm ci', { skip: registry.skip }, () => {
  let clone: string;

  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'wheelgate-clone-'));
    const known = mustRun('git', ['ls-files', '-z'], '.').split('\0').filter(Boolean);
    for (const file of known) cpSync(file, join(clone, file));
    mustRun('npm', ['ci', ...QUIETLY], clone);
  });
  after(() => rmSync(clone, { recursive: true, force: true, maxRetries: 5 }));

  it('gives the command to npm install --global .', () => {
    const prefix = join(clone, 'prefix');
    mustRun('npm', ['install', '--global', '--prefix', prefix, ...QUIETLY, '.'], clone);
    assert.equal(mustRun(commandIn(prefix), ['--version'], clone), `${VERSION}\n`);
  });

  it('gives a package to npm pack, and is left as it was', () => {
    mustRun('npm', ['pack', '--silent'], clone);
    assert.ok(existsSync(join(clone, TARBALL)));
    assert.ok(!existsSync(join(clone, 'npm-shrinkwrap.json')));
  });
});
