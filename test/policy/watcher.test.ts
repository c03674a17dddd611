import assert from 'node:assert/strict';
import {
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { unknownKey } from '../../src/messages/settings.js';
import { readPolicy } from '../../src/policy/load.js';
import { PolicyError, PolicyWatcher } from '../../src/policy/watcher.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { saying } from '../support/messages.js';
import { brief, caseOf, folder, NOW, subject } from './support.js';

const DENY_X = 'deny: [{ project: x, reason: r }]\n';
const DENY_Y = 'deny: [{ project: y, reason: r }]\n';

/** A watcher whose time passes only when `tick` is called. */
async function watch(path: string) {
  let look = async () => {};
  const problems: string[] = [];
  const changes: string[] = [];
  const loads: string[] = [];
  /** Whether nothing can be read just now. */
  const bad = { moment: false };
  let interval = 0;
  let stopped = false;
  const watcher = await PolicyWatcher.start([path], {
    now: () => NOW,
    every: (milliseconds, callback) => {
      interval = milliseconds;
      look = callback;
      return () => {
        stopped = true;
      };
    },
    read: async (paths, options) => {
      if (!bad.moment) return readPolicy(paths, options);
      const problem = { file: path, message: 'EMFILE', unread: true } as const;
      return { sound: undefined, problems: [problem], warnings: [] };
    },
    onProblem: (found) => problems.push(...found.map(formatProblem)),
    onLoad: ({ policy }) => loads.push(policy.revision),
  });
  watcher.onChange((policy) => changes.push(policy.revision));
  return {
    watcher,
    bad,
    problems,
    changes,
    loads,
    interval: () => interval,
    stopped: () => stopped,
    tick: async (times = 1) => {
      for (let time = 0; time < times; time++) await look();
    },
    refused: () =>
      ['x', 'y'].filter(
        (project) =>
          brief(watcher.current.evaluate(caseOf(subject({ project }), undefined, NOW))) !== 'allow',
      ),
  };
}

describe('PolicyWatcher', () => {
  it('reads an edit again that met a bad moment, until it has it', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused, problems, bad } = await watch(path);
    writeFileSync(join(path, 'p.yaml'), DENY_Y);
    bad.moment = true;
    await tick(40);
    assert.deepEqual(refused(), ['x']);
    assert.ok(problems.length > 2 && problems.length < 10, `${problems.length} tries`);
    assert.match(problems[0]!, /EMFILE/);
    bad.moment = false;
    await tick(64);
    assert.deepEqual(refused(), ['y']);
  });

  it('reads an edit that does not validate once', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, problems } = await watch(path);
    writeFileSync(join(path, 'p.yaml'), 'deny: 7\n');
    await tick(40);
    assert.equal(problems.length, 1);
  });

  it('takes an edit over at the second look that sees it, within two seconds', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused, changes, loads, interval } = await watch(path);
    assert.deepEqual(refused(), ['x']);
    await tick(3);
    assert.deepEqual([changes.length, loads.length], [0, 1]);
    writeFileSync(join(path, 'p.yaml'), DENY_Y);
    await tick();
    assert.deepEqual(refused(), ['x']);
    await tick();
    assert.deepEqual(refused(), ['y']);
    assert.deepEqual([changes.length, loads.length], [1, 2]);
    assert.ok(interval() * 3 < 2000);
  });

  it('waits while a file is still being written', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused, problems } = await watch(path);
    for (const half of ['', 'deny: [{ pro', 'deny: [{ project: y, re']) {
      writeFileSync(join(path, 'p.yaml'), half);
      await tick();
    }
    writeFileSync(join(path, 'p.yaml'), DENY_Y);
    await tick(2);
    assert.deepEqual([refused(), problems], [['y'], []]);
  });

  it('keeps the last good policy through a bad edit, and says so once', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused, problems, changes } = await watch(path);
    writeFileSync(join(path, 'p.yaml'), 'deny: [{ projekt: y, reason: r }]\n');
    await tick(6);
    assert.deepEqual(refused(), ['x']);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, saying(`p.yaml:1:10: ${unknownKey('projekt', 'project')}`));
    writeFileSync(join(path, 'p.yaml'), DENY_Y);
    await tick(2);
    assert.deepEqual([refused(), changes.length, problems.length], [['y'], 1, 1]);
  });

  it('keeps the last good policy when the folder vanishes or empties', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused, problems } = await watch(path);
    rmSync(join(path, 'p.yaml'));
    await tick(2);
    rmSync(path, { recursive: true });
    await tick(2);
    assert.deepEqual(refused(), ['x']);
    assert.equal(problems.length, 2);
  });

  it('sees files come and go', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused } = await watch(path);
    writeFileSync(join(path, 'q.yaml'), DENY_Y);
    await tick(2);
    assert.deepEqual(refused(), ['x', 'y']);
    rmSync(join(path, 'p.yaml'));
    await tick(2);
    assert.deepEqual(refused(), ['y']);
  });

  it('sees a mounted config whose link is swapped, as Kubernetes does it', async () => {
    const path = folder();
    const version = (name: string, text: string) => {
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, 'p.yaml'), text);
      const when = new Date(NOW);
      utimesSync(join(path, name, 'p.yaml'), when, when);
    };
    version('..1', DENY_X);
    symlinkSync('..1', join(path, '..data'));
    symlinkSync(join('..data', 'p.yaml'), join(path, 'p.yaml'));
    const { tick, refused } = await watch(path);
    version('..2', DENY_Y);
    symlinkSync('..2', join(path, '..data_tmp'));
    renameSync(join(path, '..data_tmp'), join(path, '..data'));
    rmSync(join(path, '..1'), { recursive: true });
    await tick(2);
    assert.deepEqual(refused(), ['y']);
  });

  it('sees an edit of the same size that keeps the old time', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, refused } = await watch(path);
    const { atime, mtime } = statSync(join(path, 'p.yaml'));
    writeFileSync(join(path, 'p.yaml'), DENY_Y);
    utimesSync(join(path, 'p.yaml'), atime, mtime);
    await tick(2);
    assert.deepEqual(refused(), ['y']);
  });

  it('reads at once on demand', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { watcher, refused, changes, problems, tick } = await watch(path);
    writeFileSync(join(path, 'p.yaml'), DENY_Y);
    assert.equal(await watcher.reload(), true);
    assert.deepEqual([refused(), changes.length], [['y'], 1]);
    writeFileSync(join(path, 'p.yaml'), 'x');
    assert.equal(await watcher.reload(), false);
    assert.deepEqual([refused(), problems.length], [['y'], 1]);
    await tick(3);
    assert.equal(problems.length, 1);
  });

  it('does not call an edit a change that means the same', async () => {
    const path = folder({ 'p.yaml': DENY_X });
    const { tick, changes, loads } = await watch(path);
    writeFileSync(join(path, 'p.yaml'), `# a comment\n${DENY_X}`);
    await tick(2);
    assert.deepEqual([changes.length, loads.length], [0, 2]);
  });

  it('does not start on a bad policy, and says all that is wrong', async () => {
    const path = folder({ 'p.yaml': 'mode: x\n', 'q.yaml': 'deny: x\n' });
    await assert.rejects(watch(path), (error) => {
      assert.ok(error instanceof PolicyError);
      assert.equal(error.problems.length, 2);
      assert.match(error.message, /p\.yaml:1:7: .*\n.*q\.yaml:1:7: /);
      return true;
    });
  });

  it('stops', async () => {
    const { watcher, stopped } = await watch(folder({ 'p.yaml': DENY_X }));
    watcher.close();
    assert.ok(stopped());
  });
});
