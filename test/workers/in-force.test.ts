import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type MalwareFeed, NO_FEED } from '../../src/domain/malware-feed.js';
import { loadPolicy } from '../../src/policy/load.js';
import { Channel, type Line } from '../../src/workers/channel.js';
import { CONFIRMED_FOR, PART_NAMES } from '../../src/workers/in-force.js';
import type { Member } from '../../src/workers/members.js';
import { PrimaryInForce } from '../../src/workers/primary-in-force.js';
import type { PartName, Parts, ToPrimary, ToWorker } from '../../src/workers/words.js';
import { WorkerInForce } from '../../src/workers/worker-in-force.js';

const { meaning } = await loadPolicy([], { now: 0 });

/** A part whose content tells its number. */
function content<Name extends PartName>(name: Name, number: number): Parts[Name] {
  const contents: Parts = {
    policy: { meaning: meaning!, revision: String(number) },
    tokens: [{ user: String(number), hash: Buffer.alloc(32), role: 'client', expires: undefined }],
    // Before the first sync there is none.
    feed: number === 1 ? undefined : { syncedAt: number },
  };
  return contents[name];
}

/** All that was called off, and every promise that waits for it, has had its turn. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One end of a line; what is sent lies in a queue until somebody lets it through. */
class Queue {
  readonly waiting: unknown[] = [];
  #listener: (message: unknown) => void = () => {};

  listen(listener: (message: unknown) => void): void {
    this.#listener = listener;
  }

  /** @param at which of those that wait; a pipe keeps their order, the protocol does not need it */
  deliver(at = 0): void {
    const [message] = this.waiting.splice(at, 1);
    if (message !== undefined) this.#listener(message);
  }
}

function lineOf(out: Queue, into: Queue): Line {
  return {
    send: (message) => void out.waiting.push(structuredClone(message)),
    onMessage: (listener) => into.listen(listener),
  };
}

interface OneWorker {
  readonly inForce: WorkerInForce;
  readonly member: Member;
  readonly toIt: Queue;
  readonly fromIt: Queue;
  readonly timers: { readonly milliseconds: number; readonly callback: () => void; due: number }[];
  stopped: boolean;
  /** Whether the feed's file can be read by it just now. */
  reads: boolean;
  begun: boolean;
}

/** A primary and its workers, with a time, lines and files that a test moves. */
class World {
  now = 0;
  readonly workers: OneWorker[] = [];
  /** Of each part the number in its file, and of the last edit that was told to have taken effect. */
  readonly written: Record<PartName, number> = { policy: 1, tokens: 1, feed: 1 };
  readonly told: Record<PartName, number> = { policy: 1, tokens: 1, feed: 1 };
  /** When each edit was made, by part and number. */
  readonly edited: Record<PartName, number[]> = {
    policy: [0, 0],
    tokens: [0, 0],
    feed: [0, 0],
  };
  readonly heard: Member[] = [];
  #later: { readonly due: number; readonly callback: () => void }[] = [];
  readonly #primary = new PrimaryInForce(
    { policy: content('policy', 1), tokens: content('tokens', 1), feed: content('feed', 1) },
    {
      clock: () => this.now,
      after: (milliseconds, callback) =>
        void this.#later.push({ due: this.now + milliseconds, callback }),
      onHeld: (member) => void this.heard.push(member),
    },
  );

  start(): OneWorker {
    const [toIt, fromIt] = [new Queue(), new Queue()];
    const channel: ToWorker = new Channel(lineOf(toIt, fromIt));
    const member = { id: this.workers.length, number: 1, channel };
    const timers: OneWorker['timers'] = [];
    const primary: ToPrimary = new Channel(lineOf(fromIt, toIt));
    this.#primary.attend(member);
    const inForce = new WorkerInForce({
      primary,
      clock: () => this.now,
      every: (milliseconds, callback) =>
        void timers.push({ milliseconds, callback, due: this.now + milliseconds }),
      readFeed: async () => (worker.reads ? this.#feedFile() : undefined),
    });
    const worker: OneWorker = {
      inForce,
      member,
      toIt,
      fromIt,
      timers,
      stopped: false,
      reads: true,
      begun: false,
    };
    void inForce.begin().then(() => {
      worker.begun = true;
    });
    this.workers.push(worker);
    return worker;
  }

  kill(worker: OneWorker): void {
    worker.stopped = true;
    worker.fromIt.waiting.length = 0;
    this.#primary.dismiss(worker.member);
    this.workers.splice(this.workers.indexOf(worker), 1);
  }

  edit(name: PartName): void {
    this.written[name] += 1;
    const number = this.written[name];
    this.edited[name].push(this.now);
    void this.#primary.change(name, content(name, number)).then(() => {
      this.told[name] = Math.max(this.told[name], number);
    });
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    while (this.now < end) {
      this.now = Math.min(this.now + 200, end);
      const due = this.#later.filter((timer) => timer.due <= this.now);
      this.#later = this.#later.filter((timer) => timer.due > this.now);
      for (const { callback } of due) callback();
      for (const worker of this.workers) if (!worker.stopped) this.#tick(worker);
      await settle();
    }
  }

  #tick({ timers }: OneWorker): void {
    for (const timer of timers) {
      if (timer.due > this.now) continue;
      timer.due = this.now + timer.milliseconds;
      timer.callback();
    }
  }

  /** Everything that was sent arrives, until nothing more is. */
  async deliverAll(): Promise<void> {
    let isQuiet = false;
    while (!isQuiet) {
      isQuiet = true;
      for (const worker of this.workers.filter(({ stopped }) => !stopped))
        for (const queue of [worker.toIt, worker.fromIt])
          while (queue.waiting.length > 0) {
            isQuiet = false;
            queue.deliver();
          }
      await settle();
    }
  }

  /** Time passes, and messages do not wait. */
  async goOn(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    while (this.now < end) {
      await this.advance(400);
      await this.deliverAll();
      this.check();
    }
  }

  /** What a worker would judge by, or undefined where it would wait. */
  answer({ inForce, stopped }: OneWorker): Record<PartName, number> | undefined {
    if (stopped || this.now >= inForce.until) return undefined;
    return {
      policy: Number(inForce.policy.revision),
      tokens: Number(inForce.tokens.entries[0]?.user),
      feed: inForce.feed.current.syncedAt ?? 1,
    };
  }

  /** What must never be, of all workers that would answer now. */
  check(): void {
    for (const worker of this.workers) {
      const by = this.answer(worker);
      if (by === undefined) continue;
      for (const name of PART_NAMES) {
        assert.ok(
          by[name] >= this.told[name],
          `${name} ${by[name]} after ${this.told[name]} was told`,
        );
        if (name === 'feed') continue;
        const since = this.edited[name][by[name] + 1];
        assert.ok(
          since === undefined || this.now - since < CONFIRMED_FOR,
          `${name} ${by[name]} for ${this.now - since!} ms after the next one`,
        );
      }
    }
  }

  #feedFile(): MalwareFeed {
    return { ...NO_FEED, revision: 'a feed', syncedAt: this.written.feed };
  }
}

const STEPS = [
  'deliver',
  'deliver',
  'deliver',
  'deliver',
  'later',
  'edit',
  'stop',
  'go on',
  'start',
  'kill',
  'unreadable',
  'out of order',
  'out of order',
  'all is well for long',
] as const;
interface Step {
  readonly what: (typeof STEPS)[number];
  readonly which: number;
  readonly much: number;
  readonly part: PartName;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...STEPS),
  which: fc.nat(20),
  much: fc.nat(900),
  part: fc.constantFrom(...PART_NAMES),
});

async function run(world: World, steps: readonly Step[]) {
  for (const { what, which, much, part } of steps) {
    const worker = world.workers[which % Math.max(1, world.workers.length)];
    const queue = which % 2 === 0 ? worker?.toIt : worker?.fromIt;
    if (what === 'edit') world.edit(part);
    else if (what === 'later') await world.advance(much);
    else if (what === 'all is well for long') await world.goOn(18_000);
    else if (what === 'start') world.workers.length < 4 && world.start();
    else if (worker === undefined) continue;
    else if (what === 'stop' || what === 'go on') worker.stopped = what === 'stop';
    else if (what === 'kill') world.kill(worker);
    else if (what === 'unreadable') worker.reads = !worker.reads;
    // A pipe takes what is sent to somebody who is stopped; he reads it later.
    else if (!(worker.stopped && queue === worker.toIt))
      queue?.deliver(what === 'deliver' ? 0 : much % Math.max(1, queue.waiting.length));
    await settle();
    world.check();
  }
}

describe('what is in force', () => {
  async function ready(count: number): Promise<World> {
    const world = new World();
    for (let number = 0; number < count; number += 1) world.start();
    await world.goOn(400);
    return world;
  }

  it('is another at once for those that listen, where one of them is stopped', async () => {
    const world = await ready(2);
    const [awake, still] = world.workers as [OneWorker, OneWorker];
    still.stopped = true;
    world.edit('policy');
    await world.deliverAll();
    assert.equal(world.answer(awake)?.policy, 2);
    assert.equal(world.told.policy, 1, 'the other one may answer by what was before');
    await world.advance(CONFIRMED_FOR);
    assert.equal(world.told.policy, 2);
    still.stopped = false;
    assert.equal(world.answer(still), undefined, 'it waits');
    await world.deliverAll();
    await world.advance(200);
    await world.deliverAll();
    assert.equal(world.answer(still)?.policy, 2);
  });

  it('is told once all hold it, and no later', async () => {
    const world = await ready(3);
    world.edit('tokens');
    await world.deliverAll();
    await world.advance(100);
    assert.equal(world.told.tokens, 2);
  });

  it('stays the feed before while a worker reads the next one, but not for ever', async () => {
    const world = await ready(1);
    const [worker] = world.workers as [OneWorker];
    worker.reads = false;
    world.edit('feed');
    await world.goOn(10_000);
    assert.equal(world.answer(worker)?.feed, 1);
    assert.equal(world.told.feed, 1);
    await world.goOn(10_000);
    assert.equal(world.answer(worker), undefined);
    assert.equal(world.told.feed, 2);
    worker.reads = true;
    await world.goOn(1_000);
    assert.equal(world.answer(worker)?.feed, 2);
  });

  it('stays the later of two edits, where the earlier one arrives after it', async () => {
    const world = await ready(1);
    const [worker] = world.workers as [OneWorker];
    world.edit('tokens');
    world.edit('tokens');
    worker.toIt.deliver(1);
    worker.toIt.deliver(0);
    await settle();
    assert.equal(world.answer(worker)?.tokens, 3);
  });

  it('is not what a worker answers by that nobody confirms', async () => {
    const world = await ready(1);
    const [worker] = world.workers as [OneWorker];
    // Its questions get no answer, as where the primary is stopped.
    await world.advance(CONFIRMED_FOR);
    assert.equal(world.answer(worker), undefined);
  });

  it('is what every worker answers by, whatever is late, lost in a stop, or out of order', async () => {
    let answers = 0;
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 80, size: 'max' }),
      async (steps) => {
        const world = new World();
        world.start();
        world.start();
        await run(world, steps);
        // In the end each holds all of it, and every edit has been told.
        for (const worker of world.workers) {
          worker.stopped = false;
          worker.reads = true;
        }
        for (let time = 0; time < 80; time += 1) {
          await world.advance(200);
          await world.deliverAll();
          world.check();
        }
        assert.deepEqual(world.told, world.written);
        for (const worker of world.workers) {
          assert.deepEqual(world.answer(worker), world.written);
          assert.ok(worker.begun);
          answers += 1;
        }
      },
    );
    await fc.assert(property, { numRuns: 120 });
    assert.ok(answers > 50);
  });
});
