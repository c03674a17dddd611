import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';

const MAIN = resolve('build/src/cli/main.js');

describe('an error', () => {
  const honest = buildWheel({ name: 'honest' });
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheelgate-errors-'));
    writeFileSync(join(folder, honest.filename), honest.bytes);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(...args: string[]) {
    const options = { cwd: folder, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], options);
    return { code: status, out: stdout, err: stderr };
  }

  for (const args of [
    ['explain', 'demo', '--server', 'http://127.0.0.1:1'],
    ['explain', '--nonsense=secret'],
    ['inspect', '--policies', 'nowhere', honest.filename],
    ['feed', 'sync', '--config', 'nowhere'],
    ['client', 'npm'],
  ]) {
    it(`of ${args.join(' ')} is told in words, and is JSON for whoever asks for JSON`, () => {
      const told = run(...args);
      assert.deepEqual([told.code, told.out], [2, '']);
      assert.notEqual(told.err, '');
      const { code, out, err } = run(...args, '--json');
      assert.deepEqual([code, err], [2, '']);
      const { error } = JSON.parse(out);
      assert.match(error, /./);
      assert.doesNotMatch(error, /^error|secret/);
    });
  }

  it('of one file stands among the results of the others: inspect --json', () => {
    const { code, out, err } = run('inspect', honest.filename, 'nowhere.whl', '--json');
    assert.deepEqual([code, err], [2, '']);
    const [good, bad] = JSON.parse(out);
    assert.equal(good.verdict, 'allow');
    assert.deepEqual(bad, { file: 'nowhere.whl', error: 'no such file' });
  });
});
