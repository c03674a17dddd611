import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { parseSpecifier, type Specifier } from '../domain/version.js';
import { UsageError } from './output.js';

/** `litellm`, or some versions of it: `litellm==1.82.8`, `litellm>=1.82,<1.83`. */
export interface Requirement {
  readonly project: ProjectName;
  readonly versions: Specifier | undefined;
}

/** @throws {UsageError} if it is neither */
export function readRequirement(what: string): Requirement {
  const match = /^\s*([A-Za-z0-9._-]+?)\s*([=<>!~].*)?$/.exec(what);
  const project = parseProjectName(match?.[1] ?? '');
  if (project === undefined) throw new UsageError(`not PROJECT or PROJECT==VERSION: ${what}`);
  const versions = match?.[2]?.trim() ?? '';
  if (versions === '') return { project, versions: undefined };
  try {
    return { project, versions: parseSpecifier(versions) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
