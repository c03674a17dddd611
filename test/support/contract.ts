import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

/**
 * The requirements for all adapters of an interface, one sentence each; the check rejects if it is not met. Plain
 * functions, so the contract itself can be tested with wrong adapters.
 */
export type Contract<Subject> = Readonly<Record<string, (subject: Subject) => Promise<void>>>;

/** An adapter under test, with a separate, initially empty store. */
export interface Subject {
  /** Removes the store. */
  close?(): Promise<void>;
}

type Make<S extends Subject> = () => S | Promise<S>;

/** Tests an adapter against a contract, one test per sentence. */
export function keeps<S extends Subject>(name: string, contract: Contract<S>, make: Make<S>): void {
  describe(name, () => {
    for (const [sentence, check] of Object.entries(contract))
      it(`${name}: ${sentence}`, () => tried(check, make));
  });
}

/** The sentences that an adapter violates. */
export async function broken<S extends Subject>(
  contract: Contract<S>,
  make: Make<S>,
): Promise<string[]> {
  const sentences: string[] = [];
  for (const [sentence, check] of Object.entries(contract))
    await tried(check, make).catch(() => sentences.push(sentence));
  return sentences;
}

async function tried<S extends Subject>(
  check: (subject: S) => Promise<void>,
  make: Make<S>,
): Promise<void> {
  const subject = await make();
  try {
    await check(subject);
  } finally {
    await subject.close?.();
  }
}

/**
 * Tests a contract itself: a correct adapter passes, each wrong one fails, and each sentence catches at least one of
 * them.
 */
export function catches<S extends Subject>(
  name: string,
  contract: Contract<S>,
  right: Make<S>,
  wrong: Readonly<Record<string, Make<S>>>,
): void {
  it(`${name}: a right adapter that lies nowhere on a disk keeps the contract`, async () => {
    assert.deepEqual(await broken(contract, right), []);
  });

  it(`${name}: the contract catches each wrong adapter, and each of its sentences one of them`, async () => {
    const uncaught: string[] = [];
    const idle = new Set(Object.keys(contract));
    for (const [fault, make] of Object.entries(wrong)) {
      const sentences = await broken(contract, make);
      if (sentences.length === 0) uncaught.push(fault);
      for (const sentence of sentences) idle.delete(sentence);
    }
    assert.deepEqual({ uncaught, idle: [...idle] }, { uncaught: [], idle: [] });
  });
}
