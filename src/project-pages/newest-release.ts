import type { IndexFile } from '../domain/project-page.js';
import { type ReleaseKey, releaseKey } from '../domain/release-key.js';
import { compareVersions } from '../domain/version.js';

interface Named {
  readonly name: Pick<IndexFile['name'], 'kind' | 'version'>;
}

/** A release of a page. */
export interface PageRelease {
  readonly key: ReleaseKey;
  /** As one of its files' names has it. */
  readonly version: string;
}

/** Whether an installer of today can take the file, if it is for that machine: others are of no release's use. */
export function isInstallable({ name: { kind, version } }: Named): boolean {
  return (kind === 'wheel' || kind === 'sdist') && version !== undefined;
}

/**
 * The release that a client takes which asks for no version: the newest final one, else the newest pre-release.
 * @param offered whether a file counts; one is enough for its release
 */
export function newestRelease<File extends Named>(
  files: readonly File[],
  offered: (file: File, index: number) => boolean,
): PageRelease | undefined {
  let newest: string | undefined;
  for (const [index, file] of files.entries()) {
    const { version } = file.name;
    if (version === undefined || !isInstallable(file) || version === newest) continue;
    if (offered(file, index) && (newest === undefined || comesLater(version, newest)))
      newest = version;
  }
  return newest === undefined ? undefined : { key: releaseKey(newest), version: newest };
}

function comesLater(version: string, other: string): boolean {
  const [early, otherEarly] = [isPrerelease(version), isPrerelease(other)];
  return early === otherEarly ? compareVersions(version, other) > 0 : otherEarly;
}

/** @param version PEP 440's normal form, in which a local label comes last. */
export function isPrerelease(version: string): boolean {
  return /^[^+]*(?:[abc]|dev)\d/.test(version);
}
