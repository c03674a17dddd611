import { globMatches, isPattern, type ProjectGlob } from '../../domain/project-glob.js';
import type { Subject } from '../../domain/subject.js';
import { parseSpecifier, type Specifier } from '../../domain/version.js';
import type { Denial } from '../schema.js';
import { ContentIndex } from './content-index.js';
import { type Judge, type Objection, release } from './rule.js';

interface NamedDenial {
  readonly project: ProjectGlob;
  readonly versions: Specifier | undefined;
  readonly denial: Denial;
}

/**
 * What the policy names: projects, some of their versions, or contents by digest. Looked up by name and by
 * digest, so a list of 10,000 entries costs no more than one of ten; only patterns are tried one by one.
 */
export function deny(
  denials: readonly Denial[],
  parse: (text: string) => Specifier = parseSpecifier,
): Judge {
  const byName = new Map<string, NamedDenial[]>();
  const patterns: NamedDenial[] = [];
  for (const denial of denials) {
    if (denial.project === undefined) continue;
    const versions = denial.versions === undefined ? undefined : parse(denial.versions);
    const entry = { project: denial.project, versions, denial };
    if (isPattern(denial.project)) patterns.push(entry);
    else byName.set(denial.project, [...(byName.get(denial.project) ?? []), entry]);
  }
  const contents = new ContentIndex(denials);

  return ({ subject, inspection }) => {
    for (const entry of byName.get(subject.project) ?? []) {
      const objection = named(entry, subject);
      if (objection !== undefined) return objection;
    }
    for (const entry of patterns) {
      const objection = globMatches(entry.project, subject.project) && named(entry, subject);
      if (objection) return objection;
    }
    const artifact = subject.sha256 && contents.artifact(subject.sha256);
    if (artifact) return because(`${subject.filename} is denied by its sha256`, artifact);
    const member = inspection && contents.member(inspection);
    if (member) return because(`${subject.filename} holds a file denied by its sha256`, member);
    return undefined;
  };
}

function named({ versions, denial }: NamedDenial, subject: Subject): Objection | undefined {
  if (versions === undefined) return because(`${subject.project} is denied`, denial);
  if (subject.version === undefined)
    return because(
      `the version of ${subject.filename} cannot be read, and ${versions.text} is denied`,
      denial,
    );
  return versions.matches(subject.version)
    ? because(`${release(subject)} is denied`, denial)
    : undefined;
}

function because(what: string, { reason, reference }: Denial): Objection {
  return { reason: `${what}: ${reason}`, reference };
}
