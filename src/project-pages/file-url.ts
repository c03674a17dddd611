import type { ProjectName } from '../domain/project-name.js';

/** Our URL of a file. @param base our URL as the client sees it, or '' for a path alone */
export function fileUrl(base: string, project: ProjectName, filename: string): string {
  return `${base}/files/${project}/${encodeURIComponent(filename)}`;
}

/**
 * The same relative to `/simple/{project}/`, so that a page is equal for all clients, and valid behind a front server
 * with a path prefix; every client resolves it against the page's URL.
 */
export function fileUrlFromPage(project: ProjectName, filename: string): string {
  return fileUrl('../..', project, filename);
}
