import type { DistributionFilename } from '../../domain/distribution-filename.js';
import { parseProjectName } from '../../domain/project-name.js';
import { sameVersion } from '../../domain/version.js';
import type { FindingList } from '../finding-list.js';

/** No honest header block is longer; a body (the readme) may be. */
const MAX_HEADER_BYTES = 1024 * 1024;

/**
 * The headers of METADATA, PKG-INFO or WHEEL: names in lower case, each with its values in order. A value with
 * indented continuation lines contains their line feeds. The body is omitted. After a line that is not a header, Python
 * stops and uv continues: all headers are returned.
 */
export function parseHeaders(content: Buffer): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  let values: string[] | undefined;
  for (const line of firstLines(content)) {
    if (line === '') break;
    if (/^[ \t]/.test(line)) {
      const last = values?.pop();
      if (last !== undefined) values!.push(`${last}\n${line}`);
      continue;
    }
    const [, name, value = ''] = /^([\x21-\x39\x3b-\x7e]+):[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined) {
      values = undefined;
      continue;
    }
    values = headers.get(name.toLowerCase()) ?? [];
    headers.set(name.toLowerCase(), values);
    values.push(value.trim());
  }
  return headers;
}

/**
 * Whether METADATA or PKG-INFO makes an installer fetch a URL that its author chose (PEP 508's `name @ URL`), or may: its
 * headers are too long to be read. A `@` before the marker occurs in no other requirement.
 */
export function mayRequireUrl(content: Buffer): boolean {
  return !hasWholeHeaders(content) || directReferences(parseHeaders(content)).length > 0;
}

function directReferences(headers: ReadonlyMap<string, string[]>): string[] {
  return (headers.get('requires-dist') ?? []).filter((value) => /^[^;]*@|=\?/.test(value));
}

/** Whether the headers end before the limit. */
function hasWholeHeaders(content: Buffer): boolean {
  return content.length <= MAX_HEADER_BYTES || firstLines(content).slice(0, -1).includes('');
}

function firstLines(content: Buffer): string[] {
  const text = content.toString('utf8', 0, MAX_HEADER_BYTES).replace(/^\ufeff/, '');
  return text.split(/\r\n|\n|\r/);
}

/**
 * Checks METADATA or PKG-INFO: it names the filename's release, and requires nothing by URL.
 * @param folder as of `checkNameAndVersion`
 */
export function checkMetadata(
  content: Buffer,
  artifact: DistributionFilename,
  member: string,
  findings: FindingList,
  folder?: string,
): void {
  const headers = parseHeaders(content);
  checkNameAndVersion(headers, artifact, member, findings, folder);
  if (!hasWholeHeaders(content))
    findings.add('metadata-malformed', `${member} has headers beyond ${MAX_HEADER_BYTES} bytes`, {
      member,
    });
  for (const requirement of directReferences(headers))
    findings.add('metadata-direct-url', `${member} requires a URL: ${requirement}`, { member });
}

/**
 * Compares Name and Version with the filename's, by PEP 503 and PEP 440.
 * @param folder the version of the wheel's `.dist-info`: METADATA may contain its local label, even if the filename
 * omits it
 */
function checkNameAndVersion(
  headers: ReadonlyMap<string, string[]>,
  artifact: DistributionFilename,
  member: string,
  findings: FindingList,
  folder?: string,
): void {
  const names = headers.get('name') ?? [];
  const versions = headers.get('version') ?? [];
  const evidence = { member };
  if (new Set(names).size !== 1 || new Set(versions).size !== 1) {
    findings.add(
      'metadata-malformed',
      `${member} does not have exactly one Name and one Version`,
      evidence,
    );
    return;
  }
  const project = parseProjectName(names[0]!);
  if (artifact.project !== undefined && project !== artifact.project)
    findings.add('metadata-name', `${member} names ${names[0]}, not ${artifact.project}`, evidence);
  const known = artifact.version;
  const isKnown =
    known === undefined ||
    sameVersion(versions[0]!, known) ||
    (folder !== undefined &&
      isVersionOrItsLocal(folder, known) &&
      sameVersion(versions[0]!, folder));
  if (!isKnown)
    findings.add(
      'metadata-version',
      `${member} has version ${versions[0]}, not ${artifact.version}`,
      evidence,
    );
}

/** Whether a spelling equals that version, or adds a local label to it, as installers accept. */
export function isVersionOrItsLocal(text: string, version: string): boolean {
  return sameVersion(version.includes('+') ? text : text.replace(/\+.*$/s, ''), version);
}
