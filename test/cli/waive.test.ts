import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { runApprove } from '../../src/cli/approve.js';
import { createOutput, UsageError } from '../../src/cli/output.js';
import { runWaive } from '../../src/cli/waive.js';
import { PolicyError } from '../../src/policy/watcher.js';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const OURS = { owner: 'platform@example.com', reason: 'read by us' };
const POLICY = `# ours, reviewed by hand
deny:
  - {project: denied,   reason: "not here"}   # odd blanks stay

waivers:
- rule: cooldown   # in the same column as its key
  project: other
  versions: "==1"
  reason: >
    folded
  owner: a
  expires: 2026-12-01
# the end
`;

/** The command, in this process, at a terminal that is none. */
async function run(command: typeof runWaive | typeof runApprove, what: string, options: object) {
  let [out, err] = ['', ''];
  const write = (text: string) => {
    out += text;
  };
  const complain = (text: string) => {
    err += text;
  };
  const output = createOutput({ write }, { write: complain }, {});
  const code = await command(what, options, output);
  return { code, out, err };
}

describe('wheelgate waive and approve', () => {
  let gate: TestGate;
  let policies: string;
  let mine: string;
  const hook = (name: string, version: string, line: string) =>
    buildWheel({
      name,
      version,
      files: { [`${name}/__init__.py`]: '', [`${name}.pth`]: `${line}\n` },
    });
  const wheels = [
    hook('hooked', '1.0', 'import os, hooked'),
    hook('hooked', '2.0', 'import os; import sys'),
  ];

  before(async () => {
    gate = await startGate({
      now: Date.now(),
      policies: { 'mine.yaml': POLICY },
      // A refusal is a 403, however slow the machine is.
      config: { 'gate.mode': 'hold' },
    });
    gate.upstream.addProject('hooked', wheels);
    gate.upstream.addProject('denied', [
      buildWheel({ name: 'denied' }),
      buildWheel({ name: 'denied', version: '2.0' }),
    ]);
    for (const wheel of wheels) assert.equal(await status('hooked', wheel.filename), 403);
    policies = join(gate.folder, 'policies');
    mine = join(policies, 'mine.yaml');
  });
  after(() => gate.close());
  beforeEach(async () => {
    await gate.writePolicy('mine.yaml', POLICY);
  });

  async function status(project: string, filename: string): Promise<number> {
    return (await gate.get(`/files/${project}/${filename}`)).status;
  }
  const write = () => ({ ...OURS, server: gate.url, write: mine });

  it('approve lists a refused hook as honest, and its twin with another hook stays refused', async () => {
    const [first, second] = wheels;
    const { code, out } = await run(runApprove, 'hooked==1.0', write());
    assert.equal(code, 0);
    assert.match(out, /file: "hooked\.pth"/);
    const text = await readFile(mine, 'utf8');
    assert.ok(text.startsWith(POLICY), 'what was there is there, to the byte');
    assert.match(text, /# approved by platform@example\.com: read by us\n/);
    assert.match(text, /# line 1: import os, hooked\n/);
    assert.match(text, /imports: \[hooked\]/);
    assert.ok(await gate.gate.policies.reload());
    assert.equal(await status('hooked', first!.filename), 200);
    assert.equal(await status('hooked', second!.filename), 403);
  });

  it('waive lifts the rule of the refusal for one version, and its twin of another version stays refused', async () => {
    const { code } = await run(runWaive, 'denied==1.0', write());
    assert.equal(code, 0);
    const text = await readFile(mine, 'utf8');
    const [above, below] = POLICY.split('# the end');
    assert.ok(text.startsWith(above!) && text.endsWith(`# the end${below}`), text);
    assert.match(text, /\n- rule: deny\n {2}project: denied\n {2}versions: "==1\.0"\n/);
    assert.ok(await gate.gate.policies.reload());
    assert.equal(await status('denied', 'denied-1.0-py3-none-any.whl'), 200);
    assert.equal(await status('denied', 'denied-2.0-py3-none-any.whl'), 403);
    await assert.rejects(
      run(runWaive, 'denied==1.0', write()),
      /^UsageError: denied-1\.0\S+ is already waived until \S+ by /,
    );
    // Twins: a release that no start-up hook is the reason for, and a time beyond the longest waiver.
    await assert.rejects(
      run(runApprove, 'denied==2.0', write()),
      /no start-up hook is the cause of this refusal: denied is denied/,
    );
    await assert.rejects(
      run(runWaive, 'denied==2.0', { ...write(), expires: '2999-01-01' }),
      /--expires is limited by waiver-max to \d+ days from now/,
    );
  });

  it('tells of a waiver and of an honest hook that are there already, and writes none twice', async () => {
    for (const [command, what] of [
      [runWaive, 'denied==1.0'],
      [runApprove, 'hooked==1.0'],
    ] as const) {
      await run(command, what, write());
      const once = await readFile(mine, 'utf8');
      const again = await run(command, what, write());
      assert.deepEqual([again.code, /nothing to do/.test(again.out)], [0, true]);
      assert.equal(await readFile(mine, 'utf8'), once);
    }
  });

  it('prints what would be written, as a policy that validates', async () => {
    const { write: _, ...options } = write();
    const { out } = await run(runWaive, 'hooked==2.0', options);
    assert.match(out, /^waivers:\n {2}# .*\n {2}- rule: startup-hook\n/);
    await gate.writePolicy('printed.yaml', out);
    assert.equal(await status('hooked', wheels[1]!.filename), 200);
    await rm(join(policies, 'printed.yaml'));
    await gate.gate.policies.reload();
    assert.equal(await readFile(mine, 'utf8'), POLICY);
  });

  it('takes the link of a refusal, the short one too, and asks where it leads', async () => {
    const page = `${gate.url}/projects/hooked/files/${wheels[1]!.filename}`;
    assert.match((await run(runWaive, page, OURS)).out, /versions: "==2\.0"/);
    const front = createServer((req, res) => {
      const location = req.url!.startsWith('/wg/w/')
        ? `../projects/hooked/files/${wheels[1]!.filename}`
        : gate.url + req.url!.replace('/wg', '');
      res.writeHead(req.url!.startsWith('/wg/w/') ? 302 : 307, { location }).end();
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    try {
      const link = `http://127.0.0.1:${port}/wg/w/0123456789`;
      assert.match((await run(runApprove, link, OURS)).out, /project: hooked\n/);
    } finally {
      front.close();
    }
  });

  it('is an error that names what is missing or wrong, and leaves the file as it was', async () => {
    const options = write();
    const late = new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10);
    const wrong: [typeof runWaive, string, object, RegExp][] = [
      [runWaive, 'denied==1.0', { ...options, owner: undefined }, /--owner/],
      [runApprove, 'hooked==1.0', { ...options, reason: undefined }, /--reason/],
      [runWaive, 'denied==1.0', { ...options, expires: '2020-01-01' }, /--expires is in the past/],
      [
        runWaive,
        'denied==1.0',
        { ...options, expires: late },
        /--expires is limited by waiver-max/,
      ],
      [
        runWaive,
        'denied==1.0',
        { ...options, rule: 'archive' },
        /the rule archive does not refuse it, but deny does/,
      ],
      [
        runWaive,
        'denied==1.0',
        { ...options, rule: 'integrity' },
        /--rule: no waiver lifts integrity/,
      ],
      [runWaive, 'denied', options, /name exactly one version/],
      [runWaive, 'denied==9', options, /has no such file/],
      [runWaive, `${gate.url}/elsewhere`, options, /not a refusal link/],
      [runApprove, 'denied==1.0', options, /no start-up hook/],
      [
        runWaive,
        'denied==1.0',
        { ...options, write: join(policies, 'x.txt') },
        /is not a policy file/,
      ],
      [runWaive, 'denied==1.0', { ...options, write: '/no/such/x.yaml' }, /no such folder/],
    ];
    for (const [command, what, given, message] of wrong)
      await assert.rejects(run(command, what, given), (error: Error) => {
        assert.ok(error instanceof UsageError, String(error.stack));
        assert.match(error.message, message);
        return true;
      });
    assert.equal(await readFile(mine, 'utf8'), POLICY);
  });

  it('writes nothing where the folder does not validate as a whole', async () => {
    const other = join(policies, 'other.yaml');
    await writeFile(other, 'denny: []\n');
    try {
      await assert.rejects(run(runWaive, 'denied==1.0', write()), (error: PolicyError) => {
        assert.ok(error instanceof PolicyError);
        assert.equal(error.problems[0]?.file, other);
        return true;
      });
    } finally {
      await rm(other);
    }
    assert.equal(await readFile(mine, 'utf8'), POLICY);
  });

  it('writes through a link, keeps the permissions, makes a file that is not there, and leaves no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-waive-'));
    try {
      const real = join(folder, '..data');
      await writeFile(real, '{"deny": [{"project": "x", "reason": "y"}]}\r\n', { mode: 0o604 });
      const link = join(folder, 'linked.yaml');
      await symlink(real, link);
      await run(runWaive, 'denied==1.0', { ...write(), write: link });
      assert.match(await readFile(real, 'utf8'), /denied/);
      assert.equal((await stat(real)).mode & 0o777, 0o604);
      const made = join(folder, 'made.yaml');
      await run(runWaive, 'denied==2.0', { ...write(), write: made });
      assert.match(await readFile(made, 'utf8'), /^waivers:\n/);
      assert.deepEqual((await readdir(folder)).sort(), ['..data', 'linked.yaml', 'made.yaml']);
      await symlink(join(folder, 'nowhere'), join(folder, 'dangling.yaml'));
      await assert.rejects(
        run(runWaive, 'denied==2.0', { ...write(), write: join(folder, 'dangling.yaml') }),
        /is a broken link/,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
