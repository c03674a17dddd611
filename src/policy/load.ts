import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Problem, ProblemsError } from '../yaml/problem.js';
import { type Locate, readYaml } from '../yaml/read-yaml.js';
import { compilePolicy, type MergedPolicy, mergePolicies } from './compile.js';
import { evaluate } from './evaluate.js';
import type { Policy } from './policy.js';
import { type PolicyFile, policyFileSchema } from './schema.js';

/** A policy that validated as a whole, and what is worth a word all the same. */
export interface LoadedPolicy extends Policy {
  readonly merged: MergedPolicy;
  /** Expired waivers, waivers that soon will be: none of them stops a policy. */
  readonly warnings: readonly Problem[];
  /** The files it was read from, in their order. */
  readonly files: readonly string[];
}

export interface LoadOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The names that `upstreams:` may use; undefined where they are not known. */
  readonly upstreams?: readonly string[] | undefined;
}

const WEEK = 7 * 86_400_000;

/** One policy file's text, or that of a folder's only reader for tests. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/**
 * Reads the YAML files of the folders, a folder after the other, each in name order.
 * @throws {ProblemsError} with everything that is wrong, where anything is
 */
export async function loadPolicy(
  folders: readonly string[],
  options: LoadOptions,
): Promise<LoadedPolicy> {
  const texts: PolicyText[] = [];
  for (const folder of folders) texts.push(...(await readFolder(folder)));
  return parsePolicy(texts, options);
}

/** @throws {ProblemsError} */
export function parsePolicy(texts: readonly PolicyText[], options: LoadOptions): LoadedPolicy {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const files: PolicyFile[] = [];
  const located: { file: PolicyFile; locate: Locate }[] = [];
  for (const { file, text } of texts) {
    const reading = readYaml(file, text, policyFileSchema);
    if (!reading.ok) {
      problems.push(...reading.problems);
      continue;
    }
    files.push(reading.value);
    located.push({ file: reading.value, locate: reading.locate });
  }
  const merged = mergePolicies(files);
  for (const { file, locate } of located) {
    problems.push(...checkWaivers(file, locate, merged.waiverMax, options.now));
    problems.push(...checkUpstreams(file, locate, options.upstreams));
    warnings.push(...warnOfWaivers(file, locate, options.now));
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  const compiled = compilePolicy(merged);
  return {
    revision: compiled.revision,
    merged,
    warnings,
    files: texts.map(({ file }) => file),
    evaluate: (subject, inspection, now) => evaluate(compiled, subject, inspection, now),
  };
}

async function readFolder(folder: string): Promise<PolicyText[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const message = `the policy folder cannot be read: ${(error as Error).message}`;
    throw new ProblemsError([{ file: folder, line: 1, column: 1, message }]);
  }
  const texts: PolicyText[] = [];
  for (const name of names.sort()) {
    if (name.startsWith('.') || !/\.ya?ml$/.test(name)) continue;
    const path = join(folder, name);
    const shown = relative(process.cwd(), path);
    const file = shown.startsWith('..') ? path : shown;
    texts.push({ file, text: await readFile(path, 'utf8') });
  }
  return texts;
}

function checkWaivers(file: PolicyFile, locate: Locate, max: number, now: number): Problem[] {
  return (file.waivers ?? []).flatMap(({ expires }, index) =>
    expires > now + max + 86_400_000
      ? [
          locate(
            ['waivers', index, 'expires'],
            `a waiver lasts at most ${Math.round(max / 86_400_000)} days (waiver-max)`,
          ),
        ]
      : [],
  );
}

function warnOfWaivers(file: PolicyFile, locate: Locate, now: number): Problem[] {
  return (file.waivers ?? []).flatMap(({ project, rule, expires, owner }, index) => {
    const day = new Date(expires).toISOString().slice(0, 10);
    const path = ['waivers', index, 'expires'];
    if (expires < now)
      return [
        locate(
          path,
          `the waiver of ${rule} for ${project} expired on ${day} and is inert (${owner})`,
        ),
      ];
    if (expires < now + WEEK)
      return [locate(path, `the waiver of ${rule} for ${project} expires on ${day} (${owner})`)];
    return [];
  });
}

function checkUpstreams(
  file: PolicyFile,
  locate: Locate,
  known: readonly string[] | undefined,
): Problem[] {
  if (known === undefined) return [];
  return Object.entries(file.rules ?? {}).flatMap(([rule, settings]) =>
    (settings?.upstreams ?? []).flatMap((name, index) =>
      known.includes(name)
        ? []
        : [
            locate(
              ['rules', rule, 'upstreams', index],
              `no upstream is called ${JSON.stringify(name)}; there are ${known.join(', ')}`,
            ),
          ],
    ),
  );
}
