import assert from 'node:assert/strict';
import {
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DecisionRecord, LogRecord } from '../../../src/decisions/record.js';
import { shortened, writeRecord } from '../../../src/decisions/record.js';
import { type RollupState, Rollups } from '../../../src/decisions/rollups/rollups.js';
import { Random } from '../../support/random.js';
import { record } from '../records.js';
import { type KeptLog, keptLog, recount } from './support.js';

describe('the roll-ups of a decision log', () => {
  let folder: string;
  let file: string;
  let kept: KeptLog | undefined;
  let model: Rollups;
  let count: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-rollups-'));
    file = join(folder, 'decisions.jsonl');
    model = new Rollups();
    count = 0;
    kept = undefined;
  });
  afterEach(async () => {
    await kept?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const saved = () => join(folder, 'decisions.rollup.json');
  const start = async (maxBytes?: number) => {
    kept = await keptLog(file, maxBytes);
    return kept;
  };

  /** The next record of a sequence: no two are alike, and no time comes twice. */
  function next(random = () => 0.5): LogRecord {
    count += 1;
    const time = new Date(Date.UTC(2026, 4, 5) + count * 97_001).toISOString();
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    const project = pick(['a', 'b', 'c']);
    const filename = pick([
      `${project}-1.0-py3-none-any.whl`,
      `${project}-1.0.tar.gz`,
      `${project}-1.0-py3-none-any.whl.metadata`,
    ]);
    if (random() < 0.1) return { event: 'cut', time, project, filename, bytes: 1 };
    const kind = pick<Partial<DecisionRecord>>([
      { verdict: 'allow', cache: 'hit' },
      { verdict: 'allow', cache: 'miss', fetched: 100 },
      {
        verdict: 'block',
        rule: pick(['deny', 'cooldown', 'of another version']),
        reason: `r${count}`,
      },
      { verdict: 'warn', rule: 'deny', wouldBlock: true, reason: 'x'.repeat(520) },
      { verdict: 'warn', rule: 'sdist', reason: 'ü…' },
      { verdict: 'allow', failure: 'upstream-broken', pending: true },
    ]);
    const user = `u${Math.floor(random() * 40)}`;
    return record('10.0.0.1', { time, project, filename, user, request: `q${count}`, ...kind });
  }

  async function append(records: readonly LogRecord[]): Promise<void> {
    await Promise.all(records.map((one) => kept!.log.append(one)));
    for (const one of records) model.note(shortened(one), writeRecord(one));
  }

  const isModel = async (message?: string) => {
    await kept!.keeper.counted();
    assert.deepEqual(kept!.keeper.progress, { kind: 'whole' });
    same(kept!.keeper.rollups.state(), model.state(), message);
  };

  it('count each record once that is appended, and all that was there at the start', async () => {
    await start();
    await append(Array.from({ length: 50 }, () => next(Math.random)));
    await isModel();
    await kept!.kill();
    await start();
    await isModel();
    await append([next()]);
    await isModel();
  });

  it('begin with what is later than what was saved where the log was altered in front of that', async () => {
    await start();
    await append([next(), next()]);
    await kept!.keeper.save();
    await append([next()]);
    await kept!.kill();
    const text = await readFile(file, 'utf8');
    const [first = '', ...rest] = text.split('\n');
    await writeFile(file, [first, 'x'.repeat(rest[0]!.length), ...rest.slice(1)].join('\n'));
    await start();
    await isModel();
  });

  it('are the same after generated appends, rotations, moves, kills and restarts', async () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const dice = random(seed);
      await start(4_000);
      for (let step = 0; step < 30; step += 1) await act(dice);
      await isModel(`seed ${seed}`);
      const others = (await readdir(folder)).map((name) => name.replace(/\.gz$/, ''));
      await kept!.stop();
      same(await recount(file, others), model.state(), `recount of seed ${seed}`);
      for (const name of await readdir(folder)) await unlink(join(folder, name));
      model = new Rollups();
    }
  });

  /** One thing that happens to a log, by whomever. */
  async function act(random: () => number): Promise<void> {
    const dice = random();
    if (dice < 0.6)
      return append(Array.from({ length: 1 + Math.floor(random() * 8) }, () => next(random)));
    if (dice < 0.7) return kept!.keeper.save();
    if (dice < 0.8) {
      await kept!.stop();
      await start(4_000);
    } else if (dice < 0.9) {
      await kept!.kill();
      if (random() < 0.3) await writeFile(saved(), 'damaged');
      await start(4_000);
    } else if (dice < 0.95) {
      // As a log rotator does it; what is written next shows the log that it was moved.
      await rename(file, join(folder, `decisions.jsonl.${count}`)).catch(() => {});
    } else {
      await kept!.kill();
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      if (bytes.length > 0) {
        await writeFile(join(folder, `decisions.jsonl.${count}.gz`), gzipSync(bytes));
        await unlink(file);
      }
      await start(4_000);
    }
  }

  it('go on where the log is copied and cut off, or removed', async () => {
    await start();
    await append([next(), next(), next()]);
    await kept!.keeper.save();
    await copyFile(file, join(folder, 'decisions.jsonl.1'));
    await truncate(file, 0);
    await append([next()]);
    await isModel();
    await unlink(file);
    await append([next()]);
    await isModel();
    await kept!.stop();
    await start();
    await isModel('after a stop');
  });

  it('have what came behind a cut in a log that is killed then', async () => {
    await start();
    await append(Array.from({ length: 20 }, () => next()));
    await kept!.keeper.save();
    const half = (await readFile(file, 'utf8')).split('\n').slice(0, 10);
    await truncate(file, Buffer.byteLength(`${half.join('\n')}\n`));
    await append(Array.from({ length: 30 }, () => next()));
    await kept!.kill();
    await start();
    await isModel();
  });

  it('are counted anew where they are damaged, of another version or gone', async () => {
    await start();
    await append(Array.from({ length: 5 }, () => next()));
    await kept!.stop();
    const whole = await readFile(saved(), 'utf8');
    const damages = [
      () => unlink(saved()),
      () => writeFile(saved(), ''),
      () => writeFile(saved(), whole.slice(0, -20)),
      () => writeFile(saved(), whole.replace(/"version":\d+/, '"version":1')),
      () => writeFile(saved(), whole.replace(/"last":"2026/, '"last":"2027')),
    ];
    for (const damage of damages) {
      await damage();
      await start();
      await isModel(String(damage));
      await kept!.kill();
    }
  });

  it('have what is appended while the log is still being counted', async () => {
    await start();
    await append([next(), next()]);
    await kept!.stop();
    await unlink(saved());
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { countUp } = await import('../../../src/decisions/rollups/count-up.js');
    kept = await keptLog(file, 400, async (counting) => {
      await gate;
      return countUp(counting);
    });
    assert.deepEqual(kept.keeper.progress, { kind: 'counting', part: 0 });
    await append([next(), next(), next()]);
    go();
    await isModel();
  });

  it('are saved as a whole: a file that was being written counts for nothing', async () => {
    await start();
    await append([next()]);
    await kept!.stop();
    await writeFile(`${saved()}.part`, 'torn');
    await start();
    await isModel();
    await append([next()]);
    await kept!.stop();
    assert.ok(!(await readdir(folder)).includes('decisions.rollup.json.part'));
  });
});

function random(seed: number): () => number {
  const numbers = new Random(seed);
  return () => numbers.next();
}

/** Equal, wherever the oldest line lies in memory. */
function same(actual: RollupState, expected: RollupState, message?: string): void {
  const [one, other] = [shown(actual), shown(expected)];
  for (const key of Object.keys(one) as (keyof typeof one)[])
    assert.deepEqual(one[key], other[key], `${message ?? ''} ${key}`);
}

function shown({ hours, days, ...rest }: RollupState) {
  return {
    ...rest,
    hours: [[...hours.numbers], [...hours.counts]],
    days: [[...days.numbers], [...days.counts]],
  };
}
