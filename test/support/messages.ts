import assert from 'node:assert/strict';

/** Stands for any text in a message. */
export const ANY = '…';

/** A message as tests look for it in an output: `ANY` matches any text, also none. */
export function saying(message: string): RegExp {
  return new RegExp(patternOf(message), 's');
}

/** The same, with a group for each `ANY`: a value without spaces. */
export function valuesOf(message: string): RegExp {
  return new RegExp(patternOf(message, '(\\S+?)'), 's');
}

/** The same where the output is this message and nothing else. */
export function sayingOnly(message: string): RegExp {
  return new RegExp(`^${patternOf(message)}$`, 's');
}

function patternOf(message: string, any = '.*'): string {
  return message
    .split(ANY)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join(any);
}

type Words<Message> = Message extends (...values: infer Values) => string
  ? readonly (readonly [values: Values, words: string])[]
  : string;

/** For each message of a module its words, written out: the one place outside of the module that repeats them. */
export function assertWords<Module extends object>(
  module: Module,
  words: { readonly [Name in keyof Module]: Words<Module[Name]> },
): void {
  for (const [name, message] of Object.entries(module)) {
    const expected = words[name as keyof Module] as string | readonly [unknown[], string][];
    assert.ok(expected.length > 0, name);
    if (typeof expected === 'string') assert.equal(message, expected, name);
    else for (const [values, text] of expected) assert.equal(message(...values), text, name);
  }
}
