import type { DistributionFilename } from '../../domain/distribution-filename.js';
import { parseProjectName } from '../../domain/project-name.js';
import { parseVersion, sameVersion } from '../../domain/version.js';
import { type Report, shown } from '../report.js';

/** The headers of METADATA, PKG-INFO or WHEEL: the text up to the first empty line, by name in lower case. */
export function readHeaders(bytes: Buffer): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of bytes.toString('utf8').split(/\r\n|\n|\r/)) {
    if (line === '') break;
    const match = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(line);
    if (match === null) continue;
    const name = match[1]!.toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), match[2]!.trim()]);
  }
  return headers;
}

/** Name and Version must be there once, and be the filename's (core metadata; PEP 503, 440). */
export function checkMetadata(
  bytes: Buffer,
  path: string,
  name: DistributionFilename,
  report: Report,
): void {
  const headers = readHeaders(bytes);
  const member = shown(path);
  const [project, ...projects] = headers.get('name') ?? [];
  const [version, ...versions] = headers.get('version') ?? [];
  if (project === undefined || version === undefined || projects.length + versions.length > 0)
    return report.add('metadata-mismatch', `${member} does not name one project and one version`, {
      member,
    });
  if (name.project !== undefined && parseProjectName(project) !== name.project)
    report.add('metadata-mismatch', `${member} names the project ${shown(project)}`, { member });
  const parsed = parseVersion(version);
  const same =
    parsed !== undefined && name.version !== undefined && sameVersion(parsed, name.version);
  if (!same && name.version !== undefined)
    report.add('metadata-mismatch', `${member} names the version ${shown(version)}`, { member });
}

/** WHEEL must name a version of the format that we know (PEP 427: a higher major version is refused). */
export function checkWheelFile(bytes: Buffer, path: string, report: Report): void {
  const member = shown(path);
  const [version] = readHeaders(bytes).get('wheel-version') ?? [];
  if (version === undefined || !/^1\.\d+$/.test(version))
    report.add(
      'wheel-file-invalid',
      `${member} names the wheel version ${shown(version ?? 'none')}`,
      {
        member,
      },
    );
}

/** Names of scripts become files in the scripts folder, so they must stay there, and not be the interpreter. */
export function checkEntryPoints(bytes: Buffer, path: string, report: Report): void {
  const member = shown(path);
  let section = '';
  for (const raw of bytes.toString('utf8').split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    const heading = /^\[(.*)\]$/.exec(line);
    if (heading !== null) section = heading[1]!.trim();
    const script = /^([^=:#;\s][^=:]*?)\s*[=:]/.exec(line)?.[1];
    if (script === undefined || !/^(console|gui)_scripts$/.test(section)) continue;
    const evidence = { member, landing: shown(script) };
    if (/[/\\:\x00-\x1f]/.test(script) || script === '..' || script === '.')
      report.add(
        'entry-point-leaves-scripts',
        `${member} names a script ${shown(script)}`,
        evidence,
      );
    else if (/^(python|pypy)w?[0-9.]*(\.exe)?$/i.test(script))
      report.add('interpreter-shadow', `${member} names a script ${shown(script)}`, evidence);
  }
}
