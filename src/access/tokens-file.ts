import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseDay } from '../domain/instant.js';
import { whyUnreadable } from '../messages/files.js';
import { DISCREET } from '../yaml/discretion.js';
import { readYaml } from '../yaml/document.js';
import type { Problem } from '../yaml/problem.js';
import { expected, validateYaml } from '../yaml/validate.js';

import type { TokenEntry } from './token.js';

const DAY = 86_400_000;

const sha256 = z.string().transform((text, context) => {
  const [, hex] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  // The value may be the token itself, so the message omits it.
  context.addIssue('expected sha256: and 64 hexadecimal digits, as `wheelgate token` prints them');
  return z.NEVER;
});

const day = z.string().transform((text, context) => {
  const start = parseDay(text);
  if (start !== undefined) return start + DAY - 1;
  context.addIssue(expected('a day such as 2027-01-31'));
  return z.NEVER;
});

const schema = z.strictObject({
  tokens: z.array(
    z.strictObject({
      user: z.string().regex(/^[\w.@+-]{1,100}$/, 'expected letters, digits and . @ + - _'),
      hash: sha256,
      role: z.enum(['client', 'admin']).prefault('client'),
      expires: day.optional(),
    }),
  ),
});

export type TokensReading =
  | { readonly entries: readonly TokenEntry[] }
  | { readonly problems: readonly Problem[] };

/** Reads the file of hashed tokens. Any error is a problem, and rejects the whole file. */
export async function readTokens(path: string): Promise<TokensReading> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const message = whyUnreadable(error as NodeJS.ErrnoException);
    return { problems: [{ file: path, message, unread: true }] };
  }
  const document = readYaml(path, text);
  if (!('value' in document)) return { problems: document };
  const result = validateYaml(schema, document, DISCREET);
  if (!result.ok) return { problems: result.problems };
  return { entries: result.value.tokens.map(({ expires, ...rest }) => ({ ...rest, expires })) };
}
