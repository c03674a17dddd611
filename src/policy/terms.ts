import { z } from 'zod';
import { parseSha256 } from '../domain/digest.js';
import { parseDay, parseInstant } from '../domain/instant.js';
import { parseProjectName } from '../domain/project-name.js';
import { parsePublisherId } from '../domain/publisher.js';
import { clausesOf, parseSpecifier } from '../domain/specifier.js';
import { expected } from '../yaml/validate.js';
import { duration } from '../yaml/values.js';

/** In milliseconds. */
export const DAY = 86_400_000;

/** Of the whole policy, or of one rule. */
export const mode = z.enum(['enforce', 'dry-run']);

/** Hours, days or weeks: the unit of a cooldown or a waiver. */
export const age = () => duration(['h', 'd', 'w'], '3d');

/** One project, by name. */
export const projectName = () =>
  z.string().transform((text, context) => {
    const name = parseProjectName(text);
    if (name !== undefined) return name;
    context.addIssue(expected('a project name'));
    return z.NEVER;
  });

/**
 * PEP 440. The text is kept and parsed again on use. A specifier without a clause would match all versions; omitting
 * the key is the way to express that.
 */
export const specifier = () =>
  z.string().superRefine((text, context) => {
    try {
      parseSpecifier(text);
      if (clausesOf(text).length > 0) return;
    } catch {
      // Said below.
    }
    context.addIssue(expected('a version specifier (PEP 440) such as "==1.4.2" or ">=1,<2"'));
  });

/** Who attests: `github:owner/name`. */
export const publisher = () =>
  z.string().transform((text, context) => {
    const id = parsePublisherId(text);
    if (id !== undefined) return id;
    context.addIssue(expected('a publisher such as github:owner/name'));
    return z.NEVER;
  });

/** A module by its top name, as `import` takes it: `future_fstrings`. */
export const moduleName = () =>
  z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'expected a top-level module name without dots');

export const sha256 = () =>
  z.string().transform((text, context) => {
    const digest = parseSha256(text);
    if (digest !== undefined) return digest;
    context.addIssue(expected('a SHA-256, 64 hexadecimal digits'));
    return z.NEVER;
  });

/** Text for people, on one line: a developer reads it in pip's output. */
export const sentence = () =>
  z
    .string()
    .transform(oneLine)
    .superRefine((text, context) => {
      if (text === '') context.addIssue('expected text, got nothing');
    });

/**
 * The first instant after its validity, in milliseconds since 1970. A date alone is valid to the end of that day in
 * UTC; an instant requires an offset, because the gate's time zone is unknown.
 */
export const expiry = () =>
  z.string().transform((text, context) => {
    const day = parseDay(text);
    const end = day === undefined ? parseInstant(text) : day + DAY;
    if (end !== undefined) return end;
    context.addIssue(expected('a date such as 2026-12-01 or an instant such as 2026-12-01T18:00Z'));
    return z.NEVER;
  });

/** Without controls, line and paragraph separators and marks that turn text around; never long. */
export function oneLine(text: string): string {
  // Unicode property checks are slow, and a page may have thousands of reasons.
  if (text.length <= 300 && /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text)) return text;
  const plain = text.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim();
  return plain.length > 300 ? `${plain.slice(0, 299).trimEnd()}…` : plain;
}
