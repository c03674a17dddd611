import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { askOnce, Thread, ThreadFailure } from '../../src/runtime/threads/thread.js';
import { ThreadPool } from '../../src/runtime/threads/thread-pool.js';
import { program, threadProgram } from '../support/thread-program.js';

const LIMITS = { maxOldGenerationSizeMb: 32 };

/** Misbehaves as it is asked to, and answers all else with the question and the number of its thread. */
const MISBEHAVING = threadProgram(async (question: unknown) => {
  const { threadId } = await import('node:worker_threads');
  if (question === 'exits') process.exit(3);
  if (question === 'throws later') setTimeout(() => Promise.reject(new Error('later')), 0);
  if (question === 'hangs') for (;;);
  if (question === 'never answers' || question === 'throws later') return new Promise(() => {});
  if (question === 'fails') throw new TypeError('no such file', { cause: new Error('ENOENT') });
  if (question === 'fails oddly') throw Object.assign(new Error('odd'), { cause: () => {} });
  if (question === 'throws a text') throw 'a text';
  if (question === 'cannot be sent') return () => {};
  // No native error.
  if (question === 'takes too long')
    AbortSignal.abort(new DOMException('aborted due to timeout')).throwIfAborted();
  if (question === 'grows') {
    const all: unknown[] = [];
    for (;;) all.push(new Array(1e5).fill(question));
  }
  return { question, threadId };
});

interface Answer {
  readonly question: unknown;
  readonly threadId: number;
}

/** What became of a question: its text where it was answered. */
async function outcome(answer: Promise<Answer>): Promise<string> {
  return answer.then(
    ({ question }) => String(question),
    (error: Error) =>
      error instanceof ThreadFailure ? `${error.kind}: ${error.message}` : error.message,
  );
}

async function withPool<T>(
  settings: { readonly most: number; readonly each?: number },
  work: (pool: ThreadPool<unknown, Answer>) => Promise<T>,
): Promise<T> {
  const pool = new ThreadPool<unknown, Answer>({
    program: MISBEHAVING,
    limits: LIMITS,
    ...settings,
  });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

describe('a pool of threads', () => {
  it('answers many questions with few threads, each of them one after the other', async () => {
    await withPool({ most: 2 }, async (pool) => {
      const questions = Array.from({ length: 200 }, (_, index) => index);
      const answers = await Promise.all(questions.map((question) => pool.ask(question)));
      assert.deepEqual(
        answers.map(({ question }) => question),
        questions,
      );
      assert.equal(new Set(answers.map(({ threadId }) => threadId)).size, 2);
    });
  });

  it('starts no second thread while the first is idle', async () => {
    await withPool({ most: 4 }, async (pool) => {
      pool.startAhead();
      const first = await pool.ask('a');
      assert.equal((await pool.ask('b')).threadId, first.threadId);
    });
  });

  it('loses one question by a thread that dies or hangs, and answers the next by another', async () => {
    const bad = ['exits', 'throws later', 'hangs', 'never answers', 'grows'];
    await withPool({ most: 1 }, async (pool) => {
      const asked = bad.flatMap((question) => [question, 'fine']);
      assert.deepEqual(
        await Promise.all(asked.map((question) => outcome(pool.ask(question, 3_000)))),
        [
          'ended: its thread exited with 3',
          'broke: later',
          'hung: timeout',
          'hung: timeout',
          'broke: Worker terminated due to reaching memory limit: JS heap out of memory',
        ].flatMap((failure) => [failure, 'fine']),
      );
    });
  });

  it('spares all other threads where it ends a hung one', async () => {
    await withPool({ most: 2 }, async (pool) => {
      const other = pool.askNow('never answers')!;
      assert.equal(await outcome(pool.ask('hangs', 500)), 'hung: timeout');
      other.expectWithin(1);
      assert.equal(await outcome(other.answer), 'hung: timeout');
    });
  });

  it('counts the patience from when the thread has the question, not from when it was asked', async () => {
    await withPool({ most: 1 }, async (pool) => {
      const hangs = outcome(pool.ask('hangs', 1_500));
      const waits = outcome(pool.ask('waits', 1_000));
      assert.deepEqual(await Promise.all([hangs, waits]), ['hung: timeout', 'waits']);
    });
  });

  it('passes on what the program throws, and keeps the thread', async () => {
    await withPool({ most: 1 }, async (pool) => {
      const { threadId } = await pool.ask('fine');
      await assert.rejects(pool.ask('fails'), (error: Error) => {
        assert.ok(!(error instanceof ThreadFailure));
        assert.equal(error.message, 'no such file');
        assert.equal((error.cause as Error).message, 'ENOENT');
        assert.match(error.stack!, /no such file/);
        return true;
      });
      for (const [question, message] of [
        ['fails oddly', /^odd$/],
        ['throws a text', /^a text$/],
        ['cannot be sent', /could not be cloned/],
        ['takes too long', /due to timeout/],
      ] as const)
        await assert.rejects(pool.ask(question), { message });
      await assert.rejects(
        pool.ask(() => {}),
        /could not be cloned/,
      );
      assert.equal((await pool.ask('fine')).threadId, threadId);
    });
  });

  it('leaves nothing waiting once it is closed', async () => {
    const pool = new ThreadPool<unknown, Answer>({ program: MISBEHAVING, limits: LIMITS, most: 1 });
    const waiting = ['hangs', 'waits'].map((question) => outcome(pool.ask(question)));
    await pool.close();
    const late = outcome(pool.ask('late'));
    assert.deepEqual(await Promise.all([...waiting, late]), Array(3).fill('closed: it was closed'));
    pool.startAhead();
    assert.equal(pool.askNow('late'), undefined);
  });

  it('gives each thread as many questions at a time as it may have, and no more', async () => {
    await withPool({ most: 2, each: 2 }, async (pool) => {
      const asked = [1, 2, 3, 4].map(() => pool.askNow('never answers'));
      assert.ok(asked.every((one) => one !== undefined));
      assert.equal(pool.askNow('one more'), undefined);
      asked[0]!.expectWithin(1);
      await outcome(asked[0]!.answer);
      assert.equal((await pool.askNow('one more')!.answer).question, 'one more');
    });
  });
});

describe('a thread', () => {
  const telling = () =>
    new Thread<string, string, string>({
      limits: LIMITS,
      program: threadProgram(
        (question: string, { onNews, onCancel }) =>
          new Promise((resolve) => {
            let told = question;
            onNews((news: string) => {
              told += ` ${news}`;
              if (news === 'end') resolve(told);
            });
            onCancel(() => resolve(`${told}, cancelled`));
          }),
      ),
    });

  it('is told more on each of several questions that it is at work on', async () => {
    const thread = telling();
    try {
      const [a, b] = [thread.ask('a'), thread.ask('b')];
      a.tell('1');
      b.tell('2');
      b.tell('end');
      a.tell('end');
      assert.deepEqual(await Promise.all([a.answer, b.answer]), ['a 1 end', 'b 2 end']);
      // To nobody.
      a.tell('late');
      a.cancel();
      a.expectWithin(1);
      const c = thread.ask('c');
      c.tell('end');
      assert.equal(await c.answer, 'c end');
    } finally {
      await thread.close();
    }
  });

  it('makes an end of a question that is cancelled, and goes on with the others', async () => {
    const thread = telling();
    try {
      const [a, b] = [thread.ask('a'), thread.ask('b')];
      a.cancel();
      assert.equal(await a.answer, 'a, cancelled');
      assert.equal(thread.load, 1);
      b.tell('end');
      assert.equal(await b.answer, 'b end');
      assert.equal(thread.load, 0);
    } finally {
      await thread.close();
    }
  });

  it('that died while idle answers nothing any more', async () => {
    const dying = threadProgram((question: unknown) => {
      setTimeout(() => process.exit(4), 0);
      return question;
    });
    let thread: Thread<string, string>;
    const isOver = new Promise<void>((resolve) => {
      thread = new Thread({ program: dying, limits: LIMITS }, () => {
        if (thread.isOver) resolve();
      });
    });
    assert.equal(await thread!.ask('a').answer, 'a');
    // An idle thread holds up no process.
    const holdUp = setInterval(() => {}, 1_000);
    await isOver;
    clearInterval(holdUp);
    await assert.rejects(thread!.ask('b').answer, { kind: 'ended' });
  });

  it('answers with what it said last, however soon it is gone', async () => {
    const text = `import { parentPort } from 'node:worker_threads';
      parentPort.once('message', ({ id }) => {
        parentPort.postMessage({ kind: 'answer', id, answer: 'last' });
      });`;
    for (let time = 0; time < 10; time += 1)
      assert.equal(await askOnce({ program: program(text), limits: LIMITS }, 'a'), 'last');
  });

  it('whose program cannot be loaded never takes the question', async () => {
    const missing = new URL('./no-such-program.js', import.meta.url);
    await assert.rejects(askOnce({ program: missing, limits: LIMITS }, 'a'), {
      kind: 'unstarted',
    });
  });

  it('lets the process end where it is idle or in the background, and holds it where it is at work', async () => {
    const pool = new URL('../../src/runtime/threads/thread-pool.js', import.meta.url).href;
    const run = async (question: string, isBackground: boolean) => {
      const script = `
        import { ThreadPool } from ${JSON.stringify(pool)};
        const program = new URL(${JSON.stringify(MISBEHAVING.href)});
        const pool = new ThreadPool({ program, limits: {}, most: 1, isBackground: ${isBackground} });
        pool.ask('${question}').then(() => console.log('answered'));`;
      const args = ['--input-type=module', '-e', script];
      return (await promisify(execFile)(process.execPath, args, { timeout: 30_000 })).stdout;
    };
    assert.equal(await run('fine', false), 'answered\n');
    assert.equal(await run('never answers', true), '');
  });
});
