import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CORPUS } from '../../corpus/corpus.js';
import { buildWheel, wheelName } from '../../support/archives/wheel.js';
import { inspectBytes } from '../../support/inspection/inspect.js';
import { probeBytes } from '../../support/inspection/probe.js';

/** Runs of the property; `FUZZ_RUNS` sets it for a long run, `FUZZ_SEED` for another one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
const SEED = Number(process.env.FUZZ_SEED ?? 829);

const HOOK = 'import os\n';
/** Codes of what runs at a start by the file that it is, rather than by an entry point in METADATA. */
const STARTUP_FILE = /^(pth|start|site|hook|foreign|too-many-hooks)/;

/** Text that does not shrink, and is the same each time. */
function noise(length: number): string {
  let seed = 1;
  let text = '';
  while (text.length < length) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    text += seed.toString(36);
  }
  return text.slice(0, length);
}

async function findingsOf(bytes: Uint8Array, filename = wheelName()) {
  const { answer } = await probeBytes(bytes, filename);
  return answer.kind === 'read' ? answer.findings : undefined;
}

/** What a probe says that the full inspection does not, though it came to its end. */
async function saidAlone(bytes: Uint8Array, filename = wheelName()): Promise<string[]> {
  const { answer } = await probeBytes(bytes, filename);
  if (answer.kind !== 'read') return [];
  const whole = await inspectBytes(filename, bytes);
  // Whatever the rest is, it refuses.
  if (whole.incomplete === true) return [];
  const names = new Set(whole.modules);
  return [
    ...answer.findings
      .filter(
        ({ code, member, sha256, template }) =>
          !whole.findings.some(
            (one) =>
              one.code === code &&
              one.member === member &&
              one.sha256 === sha256 &&
              one.template === template,
          ),
      )
      .map(({ code, member }) => `${code} ${member}`),
    ...answer.modules.filter((module) => !names.has(module)),
  ];
}

describe('a probe of a wheel', () => {
  it('finds the hook that the full inspection finds, with its digest and its excerpt', async () => {
    const bytes = buildWheel({ files: { 'demo/__init__.py': '', 'demo.pth': HOOK } });
    const whole = await inspectBytes(wheelName(), bytes);
    assert.deepEqual(await findingsOf(bytes), whole.findings);
  });

  it('finds nothing in its honest twin', async () => {
    const bytes = buildWheel({ files: { 'demo/__init__.py': '', 'demo.pth': 'demo\n' } });
    assert.deepEqual(await findingsOf(bytes), []);
  });

  it('reads the directory as far as it is missing, and the candidates, and no more', async () => {
    const files: Record<string, string> = { 'demo.pth': HOOK };
    for (let index = 0; index < 1_500; index += 1)
      files[`demo/${'long_name_'.repeat(8)}${index}.py`] = '';
    files['demo/data.bin'] = noise(400_000);
    const bytes = buildWheel({ files });
    const { answer, read } = await probeBytes(bytes, wheelName());
    assert.equal(answer.kind === 'read' && answer.findings[0]?.code, 'pth-executable');
    assert.equal(read.length, 3);
    const asked = read.reduce((sum, { from, to }) => sum + to - from, 0);
    assert.ok(asked < bytes.length - 390_000, `${asked} of ${bytes.length} bytes`);
  });

  it('reads members that lie apart, in several stretches', async () => {
    const files = {
      'first.pth': HOOK,
      'demo/one.bin': noise(100_000),
      'second.pth': HOOK,
      'demo/two.bin': noise(200_000),
    };
    const { answer, read } = await probeBytes(buildWheel({ files }), wheelName());
    assert.deepEqual(answer.kind === 'read' && answer.findings.map(({ member }) => member), [
      'first.pth',
      'second.pth',
    ]);
    assert.equal(read.length, 3, 'the tail, and two stretches');
  });

  it('reads zip64 records, descriptors and long extra fields', async () => {
    const bytes = buildWheel({
      files: { 'demo/__init__.py': '', 'demo.pth': HOOK, 'demo/big.bin': noise(200_000) },
      entries: (entries) =>
        entries.map((entry) => ({
          ...entry,
          zip64: true,
          descriptor: 'signed' as const,
          localExtra: Buffer.concat([Buffer.from([0x55, 0x54, 0xe8, 0x03]), Buffer.alloc(1_000)]),
        })),
      tricks: { zip64: {} },
    });
    assert.deepEqual(
      (await findingsOf(bytes))?.map(({ code }) => code),
      ['pth-executable'],
    );
  });

  it('says that there are too many hooks where there are', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`hook${index}.pth`, HOOK]),
    );
    const found = await findingsOf(buildWheel({ files }));
    assert.equal(found?.length, 301);
    assert.equal(found.at(-1)?.code, 'too-many-hooks');
  });

  it('passes over what is too large for it, and still says what it has read', async () => {
    const files = { 'huge.pth': `${HOOK}#${noise(2_000_000)}`, 'small.pth': HOOK };
    const found = await findingsOf(buildWheel({ files }));
    assert.deepEqual(
      found?.map(({ member }) => member),
      ['small.pth'],
    );
  });

  /** Ways to keep a hook from being read, though its place is known. */
  const HIDDEN: Readonly<Record<string, () => Uint8Array>> = {
    'inflates too far': () =>
      buildWheel({ files: { 'demo.pth': `${HOOK}#${'a'.repeat(2 ** 20)}\n` } }),
    'is behind one that inflates too far': () =>
      buildWheel({ files: { 'a.start': 'a:b\n'.repeat(2 ** 18), 'z.pth': HOOK } }),
    'is too long': () => buildWheel({ files: { 'demo.pth': `${HOOK}#${noise(2 * 2 ** 20)}\n` } }),
    'is the last of many that lie apart': () => {
      const files: Record<string, string> = {};
      for (let index = 0; index < 6; index += 1) {
        files[`a${index}.pth`] = 'demo\n';
        files[`demo/${index}.bin`] = noise(17_000);
      }
      return buildWheel({ files: { ...files, 'z.pth': HOOK } });
    },
    'is the last of many that lie near each other': () => {
      const files: Record<string, string> = {};
      for (let index = 0; index < 140; index += 1) {
        files[`a${index}.pth`] = 'demo\n';
        files[`demo/${index}.bin`] = noise(16_000);
      }
      return buildWheel({ files: { ...files, 'z.pth': HOOK } });
    },
    'is the last of thousands': () => {
      const decoys = Array.from({ length: 1_000 }, (_, index) => [`a${index}.pth`, '']);
      return buildWheel({ files: { ...Object.fromEntries(decoys), 'z.pth': HOOK } });
    },
    'is packed in another way': () =>
      buildWheel({
        files: { 'demo.pth': HOOK },
        entries: (entries) =>
          entries.map((entry) => ({
            ...entry,
            local: { method: 12 },
            central: { method: 12 },
          })),
      }),
    'has the local header of another member': () =>
      buildWheel({
        files: { 'demo.pth': HOOK },
        entries: ([hook, ...rest]) => [
          { ...hook!, local: { name: Buffer.from('demo.txt') } },
          ...rest,
        ],
      }),
    'is in an archive that a .pth leads to': () =>
      buildWheel({ files: { 'demo.pth': 'demo/data.bin\n', 'demo/data.bin': 'PK' } }),
  };
  for (const [how, build] of Object.entries(HIDDEN))
    it(`does not take a wheel for clean whose hook ${how}, and reads little of it`, async () => {
      const { answer, read } = await probeBytes(build(), wheelName());
      assert.ok(answer.kind === 'unreadable' || answer.unread !== undefined);
      const asked = read.reduce((sum, { from, to }) => sum + to - from, 0);
      assert.ok(asked < 3 * 2 ** 20, `${asked} bytes`);
    });

  it('takes a wheel for clean whose files all were read', async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 5; index += 1) {
      files[`a${index}.pth`] = '# nothing\n';
      files[`demo/${index}.bin`] = noise(17_000);
    }
    const { answer } = await probeBytes(buildWheel({ files }), wheelName());
    assert.ok(answer.kind === 'read');
    assert.deepEqual([answer.findings, answer.unread], [[], undefined]);
  });

  it('takes no wheel of the corpus for clean in which the full inspection finds a start-up file', async () => {
    for (const { name, filename, bytes } of CORPUS) {
      if (!filename.endsWith('.whl')) continue;
      const { answer } = await probeBytes(bytes, filename);
      if (answer.kind !== 'read' || answer.unread !== undefined) continue;
      const { findings } = await inspectBytes(filename, bytes);
      for (const { code, member } of findings)
        if (STARTUP_FILE.test(code))
          assert.ok(
            answer.findings.some((one) => one.code === code && one.member === member),
            `${name}: ${code} ${member}`,
          );
    }
  });

  it('says nothing of a file that it cannot read', async () => {
    const wheel = buildWheel({ files: { 'demo.pth': HOOK } });
    const odd: Record<string, Uint8Array> = {
      empty: Buffer.alloc(0),
      text: Buffer.from('no zip'),
      'cut short': wheel.subarray(0, -30),
      'with something behind it': Buffer.concat([wheel, Buffer.from('more')]),
      'with a directory that lies beyond its end': buildWheel({
        files: { 'demo.pth': HOOK },
        tricks: { end: { offset: 2 ** 30 } },
      }),
      'with a directory that is too large': buildWheel({
        files: { 'demo.pth': HOOK },
        tricks: { zip64: { size: 2 ** 40 } },
      }),
    };
    for (const [what, bytes] of Object.entries(odd)) {
      const { answer, read } = await probeBytes(bytes, wheelName());
      assert.equal(answer.kind, 'unreadable', what);
      assert.equal(read.length, 1, what);
    }
  });

  it('says nothing that the full inspection does not say, in all wheels of the corpus', async () => {
    const wheels = CORPUS.filter(({ filename }) => filename.endsWith('.whl'));
    assert.ok(wheels.length > 100);
    let found = 0;
    for (const { name, filename, bytes } of wheels) {
      assert.deepEqual(await saidAlone(bytes, filename), [], name);
      if ((await findingsOf(bytes, filename))?.length) found += 1;
    }
    assert.ok(found > 50, `it finds something in ${found} of ${wheels.length}`);
  });

  it('says nothing that the full inspection does not say, in wheels that are damaged anyhow', async () => {
    const path = fc.constantFrom(
      'demo.pth',
      'other.pth',
      'demo/sitecustomize.py',
      'sitecustomize.py',
      'demo-1.0.data/purelib/x.pth',
      'demo-1.0.data/data/lib/python3.12/os.py',
      'demo.start',
      'demo/module.py',
      'usercustomize/__init__.py',
    );
    const content = fc.constantFrom(
      HOOK,
      'demo\n',
      '',
      '# nothing\n',
      'import\tsys\n',
      '../x\n',
      'a:b\n',
    );
    const wheel = fc
      .dictionary(path, content, { maxKeys: 6 })
      .map((files) => buildWheel({ files: { 'demo/__init__.py': 'x = 1\n', ...files } }));
    const change = fc.record({ at: fc.nat(), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(wheel, fc.array(change, { maxLength: 3 }), async (bytes, changes) => {
        const changed = Buffer.from(bytes);
        for (const { at, value } of changes) changed[at % changed.length] = value;
        assert.deepEqual(await saidAlone(changed), []);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
