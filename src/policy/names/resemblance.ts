import type { KnownNames, Likeness, NearName } from '../../domain/known-names.js';
import type { ProjectName } from '../../domain/project-name.js';
import { WELL_KNOWN_NAMES } from './well-known.js';

/** The names in use here come first: they say more about this company's risk. @param isNew as for `KnownNames.near` */
export function nearName(
  project: ProjectName,
  isNew: boolean,
  inUse: KnownNames,
): NearName | undefined {
  return inUse.near(project, isNew) ?? WELL_KNOWN_NAMES.near(project, isNew);
}

/** As the rest of a sentence about a name: `is one edit from colorama, a well-known project`. */
export function describeNear(near: NearName): string {
  return `${LIKE[near.likeness](near.name)}, ${fame(near)}`;
}

const LIKE: Readonly<Record<Likeness, (name: string) => string>> = {
  same: (name) => `is that of ${name}`,
  separators: (name) => `differs only in hyphens from ${name}`,
  'word-order': (name) => `has the words of ${name} in another order`,
  'look-alike': (name) => `looks like ${name}`,
  'one-edit': (name) => `is one edit from ${name}`,
  affix: (name) => `is ${name} with another prefix or suffix`,
};

/** Why the other name is known. */
function fame({ users, isModule }: NearName): string {
  if (users !== undefined) return `which at least ${users} users here install`;
  return isModule === true ? 'a module of the standard library' : 'a well-known project';
}
