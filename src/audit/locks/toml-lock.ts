import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';

/** The lock is invalid as a whole; the audit then reports only that. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

/**
 * Parses a TOML lock and checks its shape.
 * @throws {LockError}
 */
export function readToml<T extends z.ZodType>(text: string, schema: T): z.output<T> {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new LockError(
      `not TOML: line ${error.line}, column ${error.column}: ${error.message.split('\n')[0]}`,
    );
  }
  return readShape(document, schema);
}

/** @throws {LockError} if a document does not have the structure of its format */
export function readShape<T extends z.ZodType>(document: unknown, schema: T): z.output<T> {
  const read = schema.safeParse(document);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  throw new LockError(`${issue.path.join('.') || 'the document'}: ${issue.message}`);
}

/** A time in TOML's own type or as text, in milliseconds since 1970; undefined if it is invalid. */
export const uploadTime = () =>
  z
    .union([z.date(), z.string()])
    .optional()
    .transform((time) => {
      const at = time === undefined ? Number.NaN : new Date(time).getTime();
      return Number.isNaN(at) ? undefined : at;
    });

/**
 * The line at which each `[[name]]` of a TOML text begins, counted from 1, for display. Empty if their number differs
 * from the document's: then some are inside strings.
 */
export function tableLines(text: string, name: string, count: number): number[] {
  const head = new RegExp(String.raw`^\s*\[\[\s*${name}\s*\]\]\s*(?:#.*)?$`);
  const lines = text.split('\n').flatMap((line, at) => (head.test(line) ? [at + 1] : []));
  return lines.length === count ? lines : [];
}
