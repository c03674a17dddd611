import type { ArtifactDescription } from '../domain/finding.js';
import { NO_PAGE } from '../domain/page-facts.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';

/** The facts about a file without an index. Rules that need the index do not apply. */
export function subjectOfFile({ name, sha256, size }: ArtifactDescription): Subject {
  return {
    upstream: 'local',
    project: name.project ?? ('' as ProjectName),
    version: name.version,
    filename: name.filename,
    kind: name.kind,
    sha256,
    size,
    ...NO_PAGE,
  };
}
