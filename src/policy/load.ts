import { realpath } from 'node:fs/promises';
import type { Problem } from '../yaml/problem.js';
import { validateYaml } from '../yaml/validate.js';
import { type AdviceContext, adviseOn, type SourcedFile } from './advice.js';
import { compilePolicy } from './compile.js';
import { mergePolicies, type PolicyMeaning, revisionOf } from './merge.js';
import type { Policy } from './policy.js';
import { readPolicyFiles } from './read-policy-files.js';
import { type PolicyFile, policySchema } from './schema.js';
import { shippedPolicies } from './shipped.js';
import { type PolicySources, sourcesOf } from './sources.js';

export interface LoadOptions extends AdviceContext {
  /** The base folder; by default the one that is shipped with Wheelgate. */
  readonly shipped?: string;
}

/** The content of policy files: plain data, which may come from another thread. */
export interface PolicyReading {
  /** Undefined exactly if there are problems. */
  readonly sound:
    | {
        readonly meaning: PolicyMeaning;
        readonly revision: string;
        readonly sources: PolicySources;
      }
    | undefined;
  readonly problems: readonly Problem[];
  /** Valid but possibly unintended: expired waivers, unknown upstreams. */
  readonly warnings: readonly Problem[];
}

export interface LoadedPolicy extends Omit<PolicyReading, 'sound'> {
  /** Undefined exactly if there are problems. */
  readonly policy: Policy | undefined;
  readonly meaning: PolicyMeaning | undefined;
  readonly sources: PolicySources | undefined;
}

export type ReadPolicy = (paths: readonly string[], options: LoadOptions) => Promise<PolicyReading>;

/**
 * Reads the shipped policies and, over them, the files of each path (folders or single files), atomically: a problem in
 * any file rejects the whole policy. Never rejects its promise because of the files' contents.
 * @param read reads the files: in this thread, or in another one
 */
export async function loadPolicy(
  paths: readonly string[],
  options: LoadOptions,
  read: ReadPolicy = readPolicy,
): Promise<LoadedPolicy> {
  const { sound, ...said } = await read(paths, options);
  if (sound === undefined)
    return { policy: undefined, meaning: undefined, sources: undefined, ...said };
  const { meaning, revision, sources } = sound;
  return { policy: compilePolicy(meaning, revision), meaning, sources, ...said };
}

/** Reads, validates and merges, which takes a second or two for 10,000 denials. */
export async function readPolicy(
  paths: readonly string[],
  options: LoadOptions,
): Promise<PolicyReading> {
  const shipped = options.shipped ?? shippedPolicies();
  const own = await readLayer(await otherThan(shipped, paths));
  const without = own.files.some(({ file }) => file.base === 'none');
  const base = without ? { files: [], problems: [] } : await readLayer([shipped]);
  const files = [...base.files, ...own.files];
  const meaning = mergePolicies(files.map(({ file }) => file));
  const advice = adviseOn(files, meaning, options);
  const problems = [...base.problems, ...own.problems, ...advice.problems];
  const sound =
    problems.length > 0
      ? undefined
      : {
          meaning,
          revision: revisionOf(meaning),
          sources: sourcesOf(files, base.files.length),
        };
  return { sound, problems, warnings: advice.warnings };
}

async function readLayer(
  paths: readonly string[],
): Promise<{ files: SourcedFile[]; problems: Problem[] }> {
  const files: SourcedFile[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    for (const document of await readPolicyFiles(path)) {
      if (!('value' in document)) {
        problems.push(...document);
        continue;
      }
      const result = validateYaml(policySchema, document);
      if (!result.ok) problems.push(...result.problems);
      // A problem in one section does not hide the warnings about the others.
      files.push({ file: result.ok ? result.value : soundSections(document.value), document });
    }
  }
  return { files, problems };
}

/** The sections of an invalid file that are valid. */
function soundSections(value: unknown): PolicyFile {
  if (typeof value !== 'object' || value === null) return {};
  const sections = Object.entries(policySchema.shape).flatMap(([key, schema]) => {
    const result = schema.safeParse((value as Record<string, unknown>)[key]);
    return result.success && result.data !== undefined ? [[key, result.data]] : [];
  });
  return Object.fromEntries(sections);
}

/** Who names the shipped folder itself gets it once. */
async function otherThan(shipped: string, paths: readonly string[]): Promise<string[]> {
  const real = (path: string) => realpath(path).catch(() => path);
  const base = await real(shipped);
  const kept: string[] = [];
  for (const path of paths) if ((await real(path)) !== base) kept.push(path);
  return kept;
}
