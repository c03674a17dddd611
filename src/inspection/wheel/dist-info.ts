import type { DistributionFilename } from '../../domain/distribution-filename.js';
import { parseProjectName } from '../../domain/project-name.js';
import { parseVersion, sameVersion } from '../../domain/version.js';
import { type Report, shown } from '../report.js';

/** The one `.dist-info` folder of a wheel, named as the filename says; undefined where there is not one. */
export function findDistInfo(
  paths: Iterable<string>,
  name: DistributionFilename,
  report: Report,
): string | undefined {
  const folders = new Set<string>();
  for (const path of paths) {
    const first = path.split('/', 1)[0]!;
    if (first !== path && first.toLowerCase().endsWith('.dist-info')) folders.add(first);
  }
  const [folder, ...more] = folders;
  if (folder === undefined || more.length > 0) {
    report.add('wheel-dist-info', `it has ${folders.size} .dist-info folders instead of one`);
    return undefined;
  }
  if (!isNamed(folder.slice(0, -'.dist-info'.length), name))
    report.add('wheel-dist-info', `its folder ${shown(folder)} is not named as the wheel`);
  return folder;
}

function isNamed(stem: string, name: DistributionFilename): boolean {
  const at = stem.lastIndexOf('-');
  if (at === -1 || parseProjectName(stem.slice(0, at)) !== name.project) return false;
  const version =
    parseVersion(stem.slice(at + 1)) ?? parseVersion(stem.slice(at + 1).replaceAll('_', '-'));
  if (name.version === undefined) return true;
  return version !== undefined && sameVersion(version, name.version);
}
