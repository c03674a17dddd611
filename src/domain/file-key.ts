import type { Sha256 } from './digest.js';
import type { ProjectName } from './project-name.js';

/** One key for the same bytes under the same name in a project, in all processes. */
export function fileKey(file: {
  readonly project: ProjectName;
  readonly sha256?: Sha256 | undefined;
  readonly filename: string;
}): string {
  return `${file.project}/${file.sha256}/${file.filename}`;
}
