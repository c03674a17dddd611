import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadPolicy, readPolicy } from '../../src/policy/load.js';
import { readInThread } from '../../src/policy/read-in-thread.js';
import { PolicyWatcher } from '../../src/policy/watcher.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { ANSWER_IN_THREAD, program } from '../support/thread-program.js';
import { brief, caseOf, folder, NOW, subject } from './support.js';

const MANY = `deny:\n${Array.from({ length: 2_000 }, (_, i) => `  - { project: p${i}, versions: "==1.${i}", reason: r }\n`).join('')}`;
const REST = `rules:
  cooldown: { action: block, age: 3d, exempt: ["acme-*"] }
  attestation: { action: warn, require: [a, { project: "b-*", publisher: "github:o/n" }] }
allow: [{ project: "*" }]
waivers:
  - { rule: cooldown, project: x, versions: ">=1,<2", reason: r, owner: o, expires: 2026-12-01 }
  - { rule: deny, project: x, versions: "==1", reason: r, owner: o, expires: 2026-11-01 }
`;

/** Waits for a pipe, as for a file on a mount that hangs; where there is none, it says that it came so far. */
const READS_PIPE = `import { existsSync } from 'node:fs';
  import { readFile } from 'node:fs/promises';
  import { answerInThread } from ${JSON.stringify(ANSWER_IN_THREAD)};
  answerInThread(async ({ paths: [path] }) => {
    if (existsSync(path + '/pipe')) await readFile(path + '/pipe');
    return { sound: undefined, problems: [{ file: path, message: 'was read' }], warnings: [] };
  });`;

describe('policies read in a thread', () => {
  it('say what they say when read here', async () => {
    const path = folder({ 'a.yaml': MANY, 'b.yaml': REST });
    const options = { now: NOW, upstreams: ['pypi'] };
    const there = await readInThread()([path], options);
    assert.deepEqual(there, await readPolicy([path], options));
    assert.equal(there.warnings.length, 1);
    const { policy } = await loadPolicy([path], options, readInThread());
    const judged = (version: string) =>
      brief(policy!.evaluate(caseOf(subject({ project: 'p7', version }), undefined, NOW)));
    assert.deepEqual([judged('1.7'), judged('1.8')], ['block deny', 'allow']);
  });

  it('say what is wrong with them, and where', async () => {
    const path = folder({ 'a.yaml': 'deny:\n  - project: x\n    versions: "=1"\n    reason: r\n' });
    const { sound, problems } = await readInThread()([path], { now: NOW });
    assert.equal(sound, undefined);
    assert.match(problems.map(formatProblem).join(), /a\.yaml:3:15: expected a version specifier/);
  });

  it('leave the policy before them in force where they are bad, and take its place where they are good', async () => {
    const path = folder({ 'p.yaml': 'deny: [{ project: x, reason: r }]\n' });
    const problems: string[] = [];
    const watcher = await PolicyWatcher.start([path], {
      read: readInThread(),
      every: () => () => {},
      onProblem: (found) => problems.push(...found.map(formatProblem)),
    });
    const refused = () =>
      ['x', 'y'].filter(
        (project) =>
          brief(watcher.current.evaluate(caseOf(subject({ project }), undefined, NOW))) !== 'allow',
      );
    writeFileSync(join(path, 'p.yaml'), 'deny: [{ project: y }]\n');
    assert.equal(await watcher.reload(), false);
    assert.match(problems.join(), /p\.yaml:1:8: the key "reason" is missing/);
    assert.deepEqual(refused(), ['x']);
    writeFileSync(join(path, 'p.yaml'), 'deny: [{ project: y, reason: r }]\n');
    assert.equal(await watcher.reload(), true);
    assert.deepEqual(refused(), ['y']);
  });

  it('leave the policy before them in force where the thread dies', async () => {
    const path = folder({ 'p.yaml': 'deny: [{ project: x, reason: r }]\n' });
    for (const [text, why] of [
      ['process.exit(3)', /failed: its thread exited with 3/],
      ['throw new Error("out of memory")', /failed: out of memory/],
    ] as const) {
      const read = readInThread({ program: program(text) });
      const problems: string[] = [];
      const watcher = await PolicyWatcher.start([path], {
        read,
        every: () => () => {},
        onProblem: (found) => problems.push(...found.map(formatProblem)),
      });
      const { revision } = watcher.current;
      assert.equal(await watcher.reload(), false);
      assert.match(problems.join(), why);
      assert.equal(watcher.current.revision, revision);
    }
  });

  it('leave the policy before them in force where reading them hangs, and are read once it does not', async () => {
    const path = folder({ 'p.yaml': 'deny: [{ project: x, reason: r }]\n' });
    const pipe = join(path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const hangs = readInThread({ program: program(READS_PIPE), patience: 200 });
    const problems: string[] = [];
    const watcher = await PolicyWatcher.start([path], {
      read: hangs,
      every: () => () => {},
      onProblem: (found) => problems.push(...found.map(formatProblem)),
    });
    const { revision } = watcher.current;
    writeFileSync(join(path, 'p.yaml'), 'deny: [{ project: y, reason: r }]\n');
    assert.equal(await watcher.reload(), false);
    assert.match(problems.at(-1)!, /failed: timeout/);
    // A second one would take another of the few threads that read files.
    assert.equal(await watcher.reload(), false);
    assert.match(problems.at(-1)!, /reading it timed out/);
    assert.equal(watcher.current.revision, revision);
    await writeFile(pipe, '');
    rmSync(pipe);
    while (!problems.at(-1)!.endsWith('was read')) await watcher.reload();
  });
});
