import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { FAILED, FAULTS_FILE, type FsFault, PRELOAD } from '../support/fs-faults.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { type Answer, ask } from '../support/wheelgate.js';

type Fault = Omit<FsFault, 'round'>;

const CODES = ['EMFILE', 'EIO', 'ENOSPC', 'EACCES', 'ENOMEM', 'ENFILE'];
/** More calls than a request makes. */
const MANY = 1_000_000;
const NONE: Fault = { where: 'main', at: MANY, times: 0, code: 'EIO' };

/** Of what has no room in one piece, in bytes. */
const SIZE = 300_000;
/** What a client may be told of a fault that is not the file's. */
const OURS = [500, 503];

describe('a call of the file system that fails', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let gate: GateProcess;
  let round = 0;
  const control = () => join(folder, 'fault.json');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-own-faults-'));
    upstream = await startFakeUpstream();
    await inject(NONE);
    gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url],
      env: { NODE_OPTIONS: `--import=${PRELOAD}`, [FAULTS_FILE]: control() },
    });
  });
  after(async () => {
    await gate.end('SIGTERM');
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function inject(fault: Fault): Promise<void> {
    round += 1;
    await writeFile(control(), JSON.stringify({ ...fault, round }));
  }

  async function failed(): Promise<string[]> {
    const text = await readFile(control() + FAILED, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line.startsWith(`${round} `));
  }

  const get = (name: string, { filename }: Distribution) =>
    ask(`${gate.url}/files/${name}/${filename}`);

  function assertHonest(answer: Answer, { bytes }: Distribution, where: string): void {
    if (answer.status === 200 && answer.complete)
      return assert.ok(answer.body.equals(bytes), where);
    if (answer.status === 200) return;
    assert.ok(OURS.includes(answer.status), `${where}: ${answer.status} ${answer.phrase}`);
    if (answer.status === 503)
      assert.ok(answer.headers['retry-after'], `${where}: ${answer.phrase}`);
  }

  /** @returns what has failed on the way */
  async function tryOnce(fault: Fault): Promise<string[]> {
    const name = `p${round}`;
    const honest = buildWheel({ name, files: { [`${name}/x.bin`]: randomBytes(SIZE) } });
    const small = buildWheel({ name: `${name}small` });
    const bad = buildWheel({ name: `${name}bad`, files: { 'bad.pth': 'import os\n' } });
    // Whose size nobody declares comes in through a file, others in memory.
    const extra = { size: undefined };
    upstream.addProject(name, [{ dist: honest, extra }]);
    upstream.addProject(`${name}small`, [small]);
    upstream.addProject(`${name}bad`, [{ dist: bad, extra }]);
    await inject(fault);
    const answers = await Promise.all([
      get(name, honest),
      get(`${name}bad`, bad),
      get(`${name}small`, small),
    ]);
    const page = await ask(`${gate.url}/simple/${name}/`);
    const calls = await failed();
    const where = `${JSON.stringify(fault)} at ${calls[0]}`;
    await inject(NONE);
    assertHonest(answers[0]!, honest, where);
    assertHonest(answers[2]!, small, where);
    assert.ok([403, ...OURS].includes(answers[1]!.status), `${where}: ${answers[1]!.status}`);
    assert.ok([200, ...OURS].includes(page.status), `${where}: page ${page.status}`);
    assert.doesNotMatch(page.body.toString(), /data-yanked/, where);
    // It is over, and so is what came of it.
    assert.doesNotMatch((await ask(`${gate.url}/simple/${name}/`)).body.toString(), /data-yanked/);
    const again = await get(name, honest);
    assert.deepEqual([again.status, again.body.equals(honest.bytes)], [200, true], where);
    const smallAgain = await get(`${name}small`, small);
    assert.deepEqual([smallAgain.status, smallAgain.body.equals(small.bytes)], [200, true], where);
    assert.equal((await get(`${name}bad`, bad)).status, 403, where);
    return calls;
  }

  for (const where of ['main', 'threads'] as const)
    for (const [often, times, step] of [
      ['once', 1, 1],
      ['from then on', MANY, 3],
    ] as const)
      it(`never refuses a file, nor falsifies it, and leaves nothing behind: in ${where}, ${often}`, async () => {
        let at = 1;
        for (; at < 400; at += step) {
          const calls = await tryOnce({ where, at, times, code: CODES[at % CODES.length]! });
          if (calls.length === 0) break;
        }
        // A short wheel is read by one call.
        assert.ok(at > (where === 'main' ? 40 : 5), `only ${at - 1} calls were there to fail`);
      });
});
