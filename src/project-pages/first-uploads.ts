import type { ProjectPage } from '../domain/project-page.js';
import { publicKey, type ReleaseKey, releaseKey } from '../domain/release-key.js';

/** When the first files of a project and of its releases were uploaded, in milliseconds since 1970. */
export interface FirstUploads {
  /** Undefined if the page has no upload time. */
  readonly project: number | undefined;
  /** By `publicKey`: a local version is as old as its public version, because the same pin installs both. */
  readonly releases: ReadonlyMap<ReleaseKey, number>;
}

/** According to the page's times: earlier files that were removed are unknown. */
export function firstUploads({ files }: ProjectPage): FirstUploads {
  const releases = new Map<ReleaseKey, number>();
  let project: number | undefined;
  for (const { name, uploadTime } of files) {
    if (uploadTime === undefined) continue;
    if (project === undefined || uploadTime < project) project = uploadTime;
    // An invalid version may be any release.
    if (name.version === undefined) continue;
    const key = publicKey(releaseKey(name.version));
    const first = releases.get(key);
    if (first === undefined || uploadTime < first) releases.set(key, uploadTime);
  }
  return { project, releases };
}
