import assert from 'node:assert/strict';

/** Matches any text in a message. */
export const ANY = '…';

/** A message as a pattern for a test's output: `ANY` matches any text, including none. */
export function saying(message: string): RegExp {
  return new RegExp(patternOf(message), 's');
}

/** The same, with a group for each `ANY`: a value without spaces. */
export function valuesOf(message: string): RegExp {
  return new RegExp(patternOf(message, '(\\S+?)'), 's');
}

/** The same for an output that contains only this message. */
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

/** The exact words of each message of a module: the only place outside the module that repeats them. */
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
