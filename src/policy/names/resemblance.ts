import type { KnownNames, Likeness, NearName } from '../../domain/known-names.js';
import type { Namespace } from '../../domain/namespaces.js';
import type { ProjectName } from '../../domain/project-name.js';
import { hasAnotherAffix, isOneEditFrom, usedHere, WELL_KNOWN } from '../../messages/reasons.js';
import { WELL_KNOWN_NAMES } from './well-known.js';

export interface Naming {
  readonly project: ProjectName;
  /** As for `KnownNames.near`. */
  readonly isNew: boolean;
  readonly namespaces: readonly Namespace[];
}

/**
 * For verdicts and for pages alike. The names in use here come first: they show more about this company's risk. If the
 * index has verified the owner of the project's namespace, the owner is entitled to the name.
 */
export function nearName(
  { project, isNew, namespaces }: Naming,
  inUse: KnownNames,
): NearName | undefined {
  if (namespaces.some(({ owned }) => owned)) return undefined;
  return inUse.near(project, isNew) ?? WELL_KNOWN_NAMES.near(project, isNew);
}

/** As the rest of a sentence about a name: `is one edit from colorama, a well-known project`. */
export function describeNear(near: NearName): string {
  return LIKE[near.likeness](near.name, fameOf(near));
}

const LIKE: Readonly<Record<Likeness, (name: string, fame: string) => string>> = {
  same: (name, fame) => `is that of ${name}, ${fame}`,
  separators: (name, fame) => `differs only in hyphens from ${name}, ${fame}`,
  'word-order': (name, fame) => `has the words of ${name} in another order, ${fame}`,
  'look-alike': (name, fame) => `looks like ${name}, ${fame}`,
  'one-edit': isOneEditFrom,
  affix: hasAnotherAffix,
};

/** Why the other name is known. */
function fameOf({ users, isModule }: NearName): string {
  if (users !== undefined) return usedHere(users);
  return isModule === true ? 'a module of the standard library' : WELL_KNOWN;
}
