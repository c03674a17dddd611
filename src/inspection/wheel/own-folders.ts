import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { FindingCode } from '../../domain/finding-codes.js';
import { parseProjectName } from '../../domain/project-name.js';
import { foldPath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { landings } from '../startup-hooks/landing.js';

/** A path without any of these has no folder of the kinds that are looked for. */
const TELLING = /\.(?:data|dist-info|egg)/i;

const SCHEMES: ReadonlySet<string> = new Set(['purelib', 'platlib', 'headers', 'scripts', 'data']);

/** What installers and `importlib.metadata` take for a distribution, in a folder of the import path. */
const DISTRIBUTION = /\.(?:dist-info|egg-info|egg|egg-link)$/;

/**
 * Holds a wheel to folders of its own. pip takes every folder that ends in `.data` for the wheel's, uv and
 * installer only the one named as its `.dist-info`; and metadata of another distribution would make installers
 * and entry points believe in it.
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

/** `demo.egg-info`, `demo-1.0-py3.8.egg-info`: what setuptools leaves in old wheels. */
function isOwnEggInfo(top: string, { project }: DistributionFilename): boolean {
  const name = /^([^-]*)(?:-.*)?\.egg-info$/.exec(top)?.[1];
  return name !== undefined && project !== undefined && parseProjectName(name) === project;
}
