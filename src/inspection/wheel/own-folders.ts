import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { FindingCode } from '../../domain/finding-codes.js';
import { parseProjectName } from '../../domain/project-name.js';
import { foldPath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { landings } from '../startup-hooks/landing.js';

/** A path without any of these does not contain such a folder. */
const TELLING = /\.(?:data|dist-info|egg)/i;

const SCHEMES: ReadonlySet<string> = new Set(['purelib', 'platlib', 'headers', 'scripts', 'data']);

/** Folders on the import path that installers and `importlib.metadata` treat as a distribution. */
const DISTRIBUTION = /\.(?:dist-info|egg-info|egg|egg-link)$/;

/**
 * Restricts a wheel to its own folders. pip treats every folder with the suffix `.data` as the wheel's, uv and
 * installer only the one with the name of its `.dist-info`; and metadata of another distribution would mislead
 * installers and entry points.
 * @param distInfo the wheel's `.dist-info` folder
 */
export function checkOwnFolders(
  paths: readonly string[],
  distInfo: string,
  artifact: DistributionFilename,
  findings: FindingList,
): void {
  const told = new Set<string>();
  const tell = (code: FindingCode, member: string, what: string, detail: string) => {
    if (told.has(what)) return;
    told.add(what);
    findings.add(code, detail, { member });
  };
  const data = distInfo.replace(/\.dist-info$/i, '.data');
  for (const path of paths) {
    if (!TELLING.test(path)) continue;
    const [first = '', scheme = '', ...rest] = path.split('/');
    if (foldPath(first).endsWith('.data') && path.includes('/')) {
      if (first !== data)
        tell('metadata-data-folder', path, first, `the folder ${first} is not ${data}`);
      else if (!path.endsWith('/') && (rest.length === 0 || !SCHEMES.has(scheme)))
        tell('metadata-data-folder', path, scheme, `${path} has an unknown installation scheme`);
    }
    if (first === distInfo) continue;
    for (const { place, path: landed } of landings(path)) {
      const [top = ''] = landed;
      if (place === 'site' && DISTRIBUTION.test(top) && !isOwnEggInfo(top, artifact))
        tell('metadata-other-distribution', path, top, `${path} belongs to another distribution`);
    }
  }
}

/** `demo.egg-info`, `demo-1.0-py3.8.egg-info`: left by setuptools in old wheels. */
function isOwnEggInfo(top: string, { project }: DistributionFilename): boolean {
  const name = /^([^-]*)(?:-.*)?\.egg-info$/.exec(top)?.[1];
  return name !== undefined && project !== undefined && parseProjectName(name) === project;
}
