import { type ProjectGlob, ProjectSet } from '../../domain/project-glob.js';
import type { Rule } from './rule.js';

/** Where there is an allow list, only the projects on it are served. */
export function allow(globs: readonly ProjectGlob[] | undefined): Rule {
  if (globs === undefined) return () => undefined;
  const allowed = new ProjectSet(globs);
  return ({ subject }) =>
    allowed.has(subject.project)
      ? undefined
      : { reason: `${subject.project} is not on the list of allowed projects` };
}
