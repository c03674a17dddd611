import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hookLine } from '../../src/messages/refusals.js';
import { buildingSdist } from '../support/building-sdist.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { ANY, saying } from '../support/messages.js';
import { PACKAGE_CLIENTS, type PackageClient, type Trial } from '../support/package-clients.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** What a cell of the table in docs/policy.md says, and how it is seen. */
const OUTCOMES = {
  'takes the allowed one': (trial: Trial, allowed: string) => {
    assert.ok(trial.ok, trial.text);
    assert.ok(trial.got.includes(allowed), trial.text);
  },
  'prints the reason': (trial: Trial) => {
    assert.ok(!trial.ok, trial.text);
    assert.match(trial.said, saying(hookLine(ANY, ANY, ANY)));
    assert.match(trial.said, /\(startup-hook\)/);
  },
  'fails without the reason': (trial: Trial) => {
    assert.ok(!trial.ok, trial.text);
    assert.doesNotMatch(trial.said, /startup-hook/);
  },
} as const;

type Cell = keyof typeof OUTCOMES | 'does not lock';

interface Case {
  /** As the table has it. */
  readonly what: string;
  readonly requirement: string;
  readonly does: 'install' | 'lock';
  readonly index: 'yank' | 'hide';
  /** What is taken where the cell says so. */
  readonly allowed: string;
  readonly cells: Readonly<Record<PackageClient['name'], Cell>>;
}

const all = (cell: Cell, other: Partial<Case['cells']> = {}): Case['cells'] => ({
  pip: cell,
  pip2301: cell,
  uv: cell,
  poetry: cell,
  pdm: cell,
  ...other,
});
const LOCKS = all('takes the allowed one', { pip2301: 'does not lock' });

const CASES: readonly Case[] = [
  {
    what: 'any version, an older release is allowed',
    requirement: 'older',
    does: 'install',
    index: 'yank',
    allowed: 'older 1.0',
    cells: all('takes the allowed one'),
  },
  {
    what: 'the same under `index: hide`',
    requirement: 'older',
    does: 'install',
    index: 'hide',
    allowed: 'older 1.0',
    cells: all('takes the allowed one'),
  },
  {
    what: 'pinned to the refused release',
    requirement: 'older==2.0',
    does: 'install',
    index: 'yank',
    allowed: '',
    cells: all('prints the reason'),
  },
  {
    what: 'any version, nothing is allowed',
    requirement: 'nothing',
    does: 'install',
    index: 'yank',
    allowed: '',
    cells: all('prints the reason'),
  },
  {
    what: 'the same under `index: hide`',
    requirement: 'nothing',
    does: 'install',
    index: 'hide',
    allowed: '',
    cells: all('prints the reason'),
  },
  {
    what: "a lock, another platform's wheel is refused",
    requirement: 'theirs',
    does: 'lock',
    index: 'yank',
    allowed: 'theirs 1.0',
    cells: LOCKS,
  },
  {
    what: 'the same, pinned',
    requirement: 'theirs==1.0',
    does: 'lock',
    index: 'yank',
    allowed: 'theirs 1.0',
    cells: LOCKS,
  },
  {
    what: "a lock, pinned, this platform's wheel is refused",
    requirement: 'ours==1.0',
    does: 'lock',
    index: 'yank',
    allowed: 'ours 1.0',
    cells: LOCKS,
  },
  {
    what: 'installed from there',
    requirement: 'ours==1.0',
    does: 'install',
    index: 'yank',
    allowed: '',
    cells: all('prints the reason', { poetry: 'fails without the reason' }),
  },
];

const HERE = `py3-none-manylinux_2_17_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`;

describe('what clients make of a refused release', () => {
  let folder: string;
  const gates = new Map<Case['index'], TestGate>();
  const marker = () => join(folder, 'built');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-release-'));
    for (const index of ['yank', 'hide'] as const) {
      const policy = `rules: {startup-hook: {action: block, index: ${index}}}`;
      const gate = await startGate({ policies: { 'index.yaml': policy } });
      gates.set(index, gate);
      for (const [project, files] of Object.entries(projects())) {
        gate.upstream.addProject(project, files);
        // The refusal is known: somebody has asked for each wheel before.
        for (const { filename } of files)
          if (filename.endsWith('.whl')) await gate.get(`/files/${project}/${filename}`);
      }
    }
  });
  after(async () => {
    for (const gate of gates.values()) await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Each release that has a refused wheel has an sdist, which would bring the same. */
  function projects(): Record<string, Distribution[]> {
    const good = (name: string, version: string, tags = 'py3-none-any') =>
      buildWheel({ name, version, tags });
    const bad = (name: string, version: string, tags = 'py3-none-any') =>
      buildWheel({
        name,
        version,
        tags,
        files: { [`${name}/__init__.py`]: '', [`${name}.pth`]: 'import os\n' },
      });
    const sdist = (name: string, version: string) => buildingSdist(name, version, marker());
    return {
      older: [good('older', '1.0'), bad('older', '2.0'), sdist('older', '2.0')],
      nothing: [
        bad('nothing', '1.0'),
        bad('nothing', '2.0'),
        sdist('nothing', '2.0'),
        bad('nothing', '3.0rc1'),
      ],
      theirs: [
        good('theirs', '1.0', HERE),
        bad('theirs', '1.0', 'py3-none-win_amd64'),
        sdist('theirs', '1.0'),
      ],
      ours: [
        bad('ours', '1.0', HERE),
        good('ours', '1.0', 'py3-none-win_amd64'),
        sdist('ours', '1.0'),
      ],
    };
  }

  for (const { what, requirement, does, index, allowed, cells } of CASES)
    for (const client of PACKAGE_CLIENTS) {
      const cell = cells[client.name];
      if (cell === 'does not lock') continue;
      const name = `${what} (${does} ${requirement}, ${index}): ${client.name} ${cell}`;
      const skipLock = does === 'lock' ? (client.skipLock ?? false) : false;
      it(name, { skip: client.skip || skipLock }, async () => {
        const run = does === 'lock' ? client.lock! : client.install;
        const trial = await run(folder, `${gates.get(index)!.url}/simple/`, requirement);
        OUTCOMES[cell](trial, allowed);
        assert.ok(!existsSync(marker()), 'the sdist of a refused release is never built');
      });
    }

  it('stands in docs/policy.md, case by case', async () => {
    const text = await readFile('docs/policy.md', 'utf8');
    const names = PACKAGE_CLIENTS.map(({ name }) => name);
    const rows = CASES.map(({ what, cells }) => [what, ...names.map((name) => cells[name])]);
    const table = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    const start = table.findIndex((cells) => cells[1] === 'asked for');
    assert.deepEqual(
      table.slice(start + 2, start + 2 + rows.length).map((cells) => cells.slice(1, -1)),
      rows,
    );
    assert.ok((table[start + 2 + rows.length]?.length ?? 0) < 3, 'the table has no other row');
  });
});
