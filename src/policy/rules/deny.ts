import { GlobIndex } from '../../domain/project-glob.js';
import type { Subject } from '../../domain/subject.js';
import { laterSpecifier, type Specifier } from '../../domain/version.js';
import type { Denial } from '../entries.js';
import { ContentIndex } from './content-index.js';
import { settable } from './form.js';
import { type Objection, type Rule, release } from './rule.js';

interface NamedDenial {
  readonly versions: Specifier | undefined;
  readonly denial: Denial;
}

/** Entries of the policy: projects, some of their versions, or contents by digest. */
export const deny = settable({
  about: 'Refuses releases and files on the "deny" list. Default: block.',
  keys: {},
  defaults: { action: 'block' },
  create: (_settings, lists) => denied(lists.deny),
});

/**
 * Indexed by name and by digest, so a list of 10,000 entries costs no more than one of ten.
 * @param parse reads a specifier, already validated by the policy's schema
 */
export function denied(
  denials: readonly Denial[],
  parse: (text: string) => Specifier = laterSpecifier,
): Rule {
  const byProject = new GlobIndex<NamedDenial>(
    denials.flatMap((denial) => {
      if (denial.project === undefined) return [];
      const versions = denial.versions === undefined ? undefined : parse(denial.versions);
      return [[denial.project, { versions, denial }] as const];
    }),
  );
  const contents = new ContentIndex(denials);

  return ({ subject, known: { inspection } }) => {
    for (const entry of byProject.find(subject.project)) {
      const objection = named(entry, subject);
      if (objection !== undefined) return objection;
    }
    const artifact = subject.sha256 && contents.artifact(subject.sha256);
    if (artifact) return because(`${subject.filename} is denied by its sha256`, artifact);
    const member = inspection && contents.member(inspection);
    if (member) return because(`${subject.filename} contains a file denied by its sha256`, member);
    return undefined;
  };
}

function named({ versions, denial }: NamedDenial, subject: Subject): Objection | undefined {
  if (versions === undefined) return because(`${subject.project} is denied`, denial);
  if (subject.version === undefined)
    return because(
      `${subject.project} ${versions.text} is denied, and ${subject.filename} has no valid version`,
      denial,
    );
  return versions.matches(subject.version)
    ? because(`${release(subject)} is denied`, denial)
    : undefined;
}

function because(what: string, { reason, reference }: Denial): Objection {
  return { reason: `${what}: ${reason}`, reference };
}
