import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../yaml/problem.js';
import { validateYaml } from '../../yaml/validate.js';
import type { Policy } from '../policy.js';
import { readPolicyFiles } from '../read-policy-files.js';
import { failureOf } from './judge-expectation.js';
import { expectationsSchema } from './schema.js';

/** The results of a policy's own tests. */
export interface Expectations {
  /** Number of tests that ran. */
  readonly count: number;
  readonly failed: number;
  /** Failed tests and errors in their files, each with its place. */
  readonly problems: readonly Problem[];
}

/**
 * Runs the tests next to a policy, `tests/*.yaml` below its folder.
 * @param folder of policy files; a single file has no tests
 * @param now milliseconds since 1970
 */
export async function runExpectations(
  folder: string,
  policy: Policy,
  now: number,
): Promise<Expectations> {
  const tests = join(folder, 'tests');
  const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder || !existsSync(tests)) return { count: 0, failed: 0, problems: [] };
  const problems: Problem[] = [];
  let [count, failed] = [0, 0];
  for (const document of await readPolicyFiles(tests)) {
    if (!('value' in document)) {
      problems.push(...document);
      continue;
    }
    const read = validateYaml(expectationsSchema, document);
    if (!read.ok) {
      problems.push(...read.problems);
      continue;
    }
    for (const [index, test] of read.value.tests.entries()) {
      count += 1;
      const failure = failureOf(policy, test, now);
      if (failure === undefined) continue;
      failed += 1;
      problems.push(document.problemAt(['tests', index, 'expect'], failure));
    }
  }
  return { count, failed, problems };
}
