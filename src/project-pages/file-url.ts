import type { ProjectName } from '../domain/project-name.js';

/** Where a file of a project is served here. @param base how the client reaches us, or '' for a path alone */
export function fileUrl(base: string, project: ProjectName, filename: string): string {
  return `${base}/files/${project}/${encodeURIComponent(filename)}`;
}

/**
 * The same as seen from `/simple/{project}/`. Relative, so that a page is the same for everybody, and holds
 * behind a front server that adds a path; every client resolves it against the page's URL.
 */
export function fileUrlFromPage(project: ProjectName, filename: string): string {
  return fileUrl('../..', project, filename);
}
