import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSha256 } from '../../domain/digest.js';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { parseSpecifier } from '../../domain/version.js';
import {
  filenameOf,
  LockCollector,
  type LockContent,
  type LockedFile,
  type LockedPlace,
  type LockedRelease,
} from './locked.js';
import { decodeRequirements, logicalLines } from './requirement-lines.js';
import { type Option, readOptions } from './requirement-options.js';

/** A requirement without a version; a constraint may add one. */
interface Loose {
  readonly project: string;
  readonly text: string;
  readonly line: number;
  readonly collector: LockCollector;
}

/**
 * Reads a requirements file with all its included files (`-r`, `-c`), by pip's rules. Markers are ignored, so releases
 * for another system or Python are judged too. Pins in a constraints file are also judged, since they select the
 * version of other files' requirements.
 */
export async function readRequirements(file: string): Promise<LockContent> {
  const reader = new RequirementsReader();
  await reader.read(resolve(file), false);
  return reader.content();
}

const NAME = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/s;

/** A clause that permits only one version. */
const EXACT = /(?:^|,)\s*={2,3}\s*([^\s,*;]+)\s*(?=,|$)/;

class RequirementsReader {
  readonly #collectors: LockCollector[] = [];
  readonly #seen = new Set<string>();
  readonly #loose: Loose[] = [];
  readonly #constrained = new Set<string>();
  /** The last option applies, for all files. */
  #index: string | undefined;
  readonly #alsoFrom: LockedPlace[] = [];

  async read(file: string, isConstraint: boolean): Promise<void> {
    const key = `${isConstraint}:${file}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const collector = new LockCollector(file);
    this.#collectors.push(collector);
    let text: string;
    try {
      text = decodeRequirements(await readFile(file));
    } catch (error) {
      collector.doubt(`${file} cannot be read: ${(error as Error).message}`);
      return;
    }
    for (const { text: row, line } of logicalLines(text)) {
      try {
        await this.#take(row, line, collector, isConstraint);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        collector.doubt(`line ${line} cannot be parsed: ${error.message}`, line);
      }
    }
  }

  content(): LockContent {
    for (const { project, text, line, collector } of this.#loose)
      if (!this.#constrained.has(normal(project))) collector.notPinned(project, text, line);
    return {
      format: 'requirements.txt',
      releases: this.#collectors.flatMap(({ releases }) =>
        releases.map((release) =>
          isFromUrl(release) ? release : { ...release, index: this.#index },
        ),
      ),
      findings: this.#collectors.flatMap(({ findings }) => findings),
      alsoFrom: this.#alsoFrom,
    };
  }

  async #take(row: string, line: number, collector: LockCollector, isConstraint: boolean) {
    // pip treats the first word with a hyphen as the first option.
    const split = /(?:^|\s)-/.exec(row);
    const requirement = split === null ? row : row.slice(0, split.index).trim();
    const options = split === null ? [] : readOptions(row.slice(split.index));
    if (requirement !== '') this.#require(requirement, options, line, collector, isConstraint);
    else for (const option of options) await this.#option(option, line, collector, isConstraint);
  }

  async #option({ name, value }: Option, line: number, collector: LockCollector, inside: boolean) {
    if (name === '--editable') collector.editable(eggOf(value) ?? value, value, line);
    if (name === '--index-url' || name === '--pypi-url') this.#index = value;
    if (name === '--extra-index-url' || name === '--find-links')
      this.#alsoFrom.push({ url: value, file: collector.file, line });
    if (name !== '--requirement' && name !== '--constraint') return;
    if (/^https?:/i.test(value)) {
      collector.doubt(`${value} is a remote include and was not read`, line);
      return;
    }
    const path = resolve(dirname(collector.file), pathOf(value));
    await this.read(path, inside || name === '--constraint');
  }

  #require(
    text: string,
    options: readonly Option[],
    line: number,
    collector: LockCollector,
    isConstraint: boolean,
  ): void {
    const hashes = options
      .filter(({ name }) => name === '--hash')
      .map(({ value }) => parseSha256(/^sha256:(.*)$/i.exec(value)?.[1]));
    const files = hashes.map((sha256) => ({ filename: undefined, sha256, uploadTime: undefined }));
    // A semicolon starts a marker; in a URL, only after white space.
    const [, name, rest = ''] = NAME.exec(text) ?? [];
    const direct = /^@\s*(\S+)/.exec(rest)?.[1];
    if (direct !== undefined) return fromUrl(name!, direct, files, line, collector);
    if (isLocation(text)) return fromUrl(undefined, text.split(/\s/)[0]!, files, line, collector);
    if (name === undefined)
      throw new RangeError(`${JSON.stringify(text)} is not a requirement (PEP 508)`);
    const specifier = rest
      .split(';', 1)[0]!
      .trim()
      .replace(/^\((.*)\)$/s, '$1');
    const version = EXACT.exec(parseSpecifier(specifier).text)?.[1];
    if (version !== undefined) {
      collector.pin(name, version, files, line);
      if (isConstraint) this.#constrained.add(normal(name));
    } else if (!isConstraint) this.#loose.push({ project: name, text, line, collector });
  }
}

/** @throws {RangeError} if a `file:` URL names a file on another machine or platform */
function pathOf(place: string): string {
  if (!/^file:/i.test(place)) return place;
  try {
    return fileURLToPath(place);
  } catch {
    throw new RangeError(`${place} does not name a file on this machine`);
  }
}

function normal(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** Named by a file's URL, so no index is involved. */
function isFromUrl({ files }: LockedRelease): boolean {
  return files.some(({ filename }) => filename !== undefined);
}

/** A URL, or the path of an archive or a folder, distinguished from a name by pip's rules. */
function isLocation(text: string): boolean {
  const [first = ''] = text.split(/\s/);
  return (
    /^(?:[a-z][a-z0-9+.-]*:|[./\\~])/i.test(first) ||
    /[/\\]/.test(first.replace(/\[[^\]]*\]$/, '')) ||
    /\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tar)$/i.test(first)
  );
}

function eggOf(url: string): string | undefined {
  return /[#&]egg=([A-Za-z0-9._-]+)/.exec(url)?.[1];
}

/** An archive's name contains project and version, regardless of its URL; a repository's or folder's does not. */
function fromUrl(
  name: string | undefined,
  url: string,
  hashed: readonly LockedFile[],
  line: number,
  collector: LockCollector,
): void {
  const filename = filenameOf(url);
  const parsed = filename === undefined ? undefined : parseDistributionFilename(filename);
  const project = name ?? parsed?.project ?? eggOf(url);
  collector.elsewhere(project ?? url, url, line);
  if (parsed?.project === undefined || parsed.version === undefined) return;
  if (/^(?:git|hg|svn|bzr)\+/i.test(url)) return;
  const fragment = parseSha256(/[#&]sha256=([0-9a-f]{64})/i.exec(url)?.[1]);
  const own = { filename, sha256: fragment, uploadTime: undefined };
  collector.pin(project ?? parsed.project, parsed.version, [own, ...hashed], line);
}
