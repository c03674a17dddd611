import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkAgainst } from '../../src/cli/check-against.js';
import { createOutput } from '../../src/cli/output.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const DAY = 86_400_000;

/** How a team tries a policy edit on what its clients have really asked for. */
describe('check --against a history', () => {
  let gate: TestGate;
  const wheel = buildWheel({ name: 'demo', files: { 'demo/a.py': 'x = 1\n' } });
  const sdist = buildSdist({ name: 'demo' });
  const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });

  const hookedSdist = buildSdist({ name: 'hooked' });

  before(async () => {
    gate = await startGate();
    const uploadTime = new Date(gate.now - DAY).toISOString();
    gate.upstream.addProject('demo', [{ dist: wheel, uploadTime }, sdist]);
    gate.upstream.addProject('hooked', [hooked, hookedSdist]);
    for (const path of [
      `demo/${wheel.filename}`,
      `demo/${wheel.filename}`,
      `demo/${sdist.filename}`,
      `hooked/${hookedSdist.filename}`,
      `hooked/${hooked.filename}`,
      `hooked/${hookedSdist.filename}`,
    ])
      await gate.get(`/files/${path}`);
    await gate.get(`/files/demo/${wheel.filename}.metadata`);
    gate.now += 30 * DAY;
    await gate.get(`/files/demo/${wheel.filename}`);
    // Findings are written down behind an answer's back.
    await gate.restart();
  });
  after(() => gate.close());

  async function against(policy: string, history = join(gate.folder, 'data')) {
    const dir = join(gate.folder, 'proposed');
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'policy.yaml'), policy);
    const lines: string[] = [];
    const collect = { write: (text: string) => lines.push(text) };
    const out = createOutput(collect, collect, {});
    const code = await checkAgainst(dir, history, true, out);
    const result = JSON.parse(lines.join(''));
    const changes = result.changes.map((one: any) => [
      one.filename,
      one.was,
      one.becomes,
      one.requests,
    ]);
    return { code, result, changes };
  }

  it('says that nothing changes where nothing does', async () => {
    const { code, result, changes } = await against('deny: []');
    assert.deepEqual([code, changes, result.requests, result.artifacts], [0, [], 7, 4]);
    assert.deepEqual([result.unopened, result.unclear], [0, 0]);
  });

  it('says what would be refused, and how often it was asked for', async () => {
    const { code, changes } = await against('rules: {sdist: {action: block}}');
    assert.deepEqual(
      [code, changes],
      [
        1,
        [
          [sdist.filename, 'allow', 'block', 1],
          [hookedSdist.filename, 'allow', 'block', 1],
        ],
      ],
    );
  });

  it('judges each request as of its own time', async () => {
    const { changes } = await against('rules: {cooldown: {action: block, age: 7d}}');
    // It was warned of: it joined its release late.
    assert.deepEqual(changes, [[wheel.filename, 'warn', 'block', 2]]);
  });

  it('says what would be let through', async () => {
    const { changes } = await against('rules: {startup-hook: {action: off}}');
    assert.deepEqual(changes, [
      [hooked.filename, 'block', 'allow', 1],
      [hookedSdist.filename, 'block', 'allow', 1],
    ]);
  });

  it('takes for refused what was refused for its digest, and nothing else for that', async () => {
    const [record] = await gate.decisions();
    const refused = {
      ...record,
      verdict: 'block',
      rule: 'integrity',
      reason: 'other bytes (integrity)',
    };
    const unknown = { ...record, sha256: undefined, filename: 'demo-0.1-py3-none-any.whl' };
    const file = join(gate.folder, 'digests.jsonl');
    const records = [refused, record, unknown, { ...unknown, ...refused, sha256: undefined }];
    await writeFile(file, records.map((one) => JSON.stringify(one)).join('\n'));
    const { changes } = await against('rules: {startup-hook: {action: off}}', file);
    assert.deepEqual(changes, []);
  });

  it('judges a file anew from when on its page says something else of it', async () => {
    const alone = (await gate.decisions()).find(({ filename }) => filename === sdist.filename)!;
    const records = [false, true, true].map((hasWheel) => ({
      ...alone,
      page: { ...alone.page, hasWheel: hasWheel || undefined },
    }));
    const file = join(gate.folder, 'joined.jsonl');
    await writeFile(file, records.map((one) => JSON.stringify(one)).join('\n'));
    const { changes } = await against('rules: {sdist: {action: block, when: wheel-exists}}', file);
    assert.deepEqual(changes, [[sdist.filename, 'allow', 'block', 2]]);
  });

  it('leaves out what it cannot tell without the findings', async () => {
    const file = join(gate.folder, 'elsewhere.jsonl');
    const records = (await gate.decisions()).map((record) => JSON.stringify(record));
    await writeFile(file, records.join('\n'));
    const { changes, result } = await against('rules: {startup-hook: {action: off}}', file);
    assert.deepEqual([changes, result.unopened, result.unclear], [[], 4, 2]);
  });

  it('knows the wheel that refused an sdist, though the log has no request for it', async () => {
    const last = (await gate.decisions()).findLast(({ filename }) => filename.endsWith('.gz'))!;
    assert.deepEqual(last.wheel, { filename: hooked.filename, sha256: hooked.sha256 });
    const file = join(gate.folder, 'data', 'one.jsonl');
    await writeFile(file, JSON.stringify(last));
    assert.deepEqual((await against('deny: []', file)).changes, []);
    const { changes } = await against('rules: {startup-hook: {action: off}}', file);
    assert.deepEqual(changes, [[hookedSdist.filename, 'block', 'allow', 1]]);
  });
});
