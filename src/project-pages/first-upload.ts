import type { ProjectPage } from '../domain/project-page.js';

/** When the project's first file was uploaded, by the page's times, in milliseconds since 1970; undefined without times. */
export function firstUpload({ files }: ProjectPage): number | undefined {
  let first: number | undefined;
  for (const { uploadTime } of files)
    if (uploadTime !== undefined && (first === undefined || uploadTime < first)) first = uploadTime;
  return first;
}
