import { GlobIndex } from '../domain/project-glob.js';
import { parseProjectName } from '../domain/project-name.js';
import { laterSpecifier, type Specifier } from '../domain/version.js';
import type { PolicyLists, Waiver } from './entries.js';

/** A release that a rule refuses, as the decision log has it. */
export interface RefusedRelease {
  readonly project: string;
  readonly version: string | undefined;
  readonly rule: string | undefined;
  readonly sha256: string | undefined;
}

/** Whether a policy has an entry on a refusal. @param now milliseconds since 1970 */
export type IsSettled = (refused: RefusedRelease, now: number) => boolean;

interface SettledBy {
  readonly versions: Specifier;
  readonly expires: number;
  /** The one file that it is for; undefined for all. */
  readonly sha256: string | undefined;
}

/** Finds waivers that lift a refusal, and denials that make it permanent. */
export function settledBy({
  waivers,
  deny,
}: Pick<PolicyLists, 'deny'> & { readonly waivers: readonly Waiver[] }): IsSettled {
  const waived = new Map<string, SettledBy[]>();
  for (const { rule, project, versions, expires, sha256 } of waivers) {
    const key = `${rule} ${project}`;
    const all = waived.get(key) ?? [];
    waived.set(key, [...all, { versions: laterSpecifier(versions), expires, sha256 }]);
  }
  const denied = new GlobIndex<Specifier | undefined>(
    deny.flatMap(({ project, versions }) =>
      project === undefined
        ? []
        : [[project, versions === undefined ? undefined : laterSpecifier(versions)] as const],
    ),
  );
  const digests = new Set<string>(deny.flatMap(({ sha256 }) => sha256 ?? []));
  return ({ project, version, rule, sha256 }, now) => {
    const name = parseProjectName(project);
    const covers = (versions: Specifier | undefined) =>
      versions === undefined || (version !== undefined && versions.matches(version));
    const lifted = waived.get(`${rule} ${name}`) ?? [];
    return (
      lifted.some(
        ({ versions, expires, sha256: only }) =>
          expires > now && covers(versions) && (only === undefined || only === sha256),
      ) ||
      (sha256 !== undefined && digests.has(sha256)) ||
      (name !== undefined && denied.find(name).some(covers))
    );
  };
}
