import type { ArtifactDescription } from '../domain/finding.js';
import { NO_PAGE } from '../domain/page-facts.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';

/** What is known of a file without an index: rules that ask the index for more stay silent. */
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
