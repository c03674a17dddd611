import { Parser } from 'htmlparser2';
import type { Sha256 } from '../../domain/digest.js';
import { type DeclaredHashes, readHashes } from '../../domain/hashes.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { IndexFile, ProjectStatus } from '../../domain/project-page.js';
import type { Turns } from '../../runtime/turns.js';
import { absoluteUrl } from './absolute-url.js';
import { digestsIn } from './digests-in.js';
import { NO_EXTRA, type PageDraft, type PageSource } from './page-draft.js';
import { pageText } from './page-text.js';
import { declaredIntegrity, declaredMetadata, ownName } from './sound-file.js';

/** Characters that are read in one go: about a millisecond. */
const PIECE = 32 * 1024;

type Attributes = Readonly<Record<string, string>>;

/** Reads PEP 503's HTML, with PEP 592, 629, 658, 714, 740 and 792. @throws where its version is not 1.x */
export async function parseHtmlPage(
  source: PageSource,
  project: ProjectName,
  turns: Turns,
): Promise<PageDraft> {
  const text = pageText(source);
  const first = await readDocument(text, source.url, undefined, project, turns);
  // The first one holds for the whole page, wherever it stands; it nearly always stands before all links.
  const { files, status } = first.isLate
    ? await readDocument(text, source.url, first.base, project, turns)
    : first;
  return { files, status };
}

interface Reading extends PageDraft {
  readonly base: string | undefined;
  /** Whether links stood before the base. */
  readonly isLate: boolean;
}

/** @param known the base, where it is known already */
async function readDocument(
  text: string,
  url: string,
  known: string | undefined,
  project: ProjectName,
  turns: Turns,
): Promise<Reading> {
  const files: IndexFile[] = [];
  let base = known;
  let isLate = false;
  let version: string | undefined;
  let status: ProjectStatus | undefined;
  let anchor: { attributes: Attributes; text: string } | undefined;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'base' && attributes.href !== undefined && base === undefined) {
        base = absoluteUrl(attributes.href, url) ?? url;
        isLate = files.length > 0;
      }
      if (name === 'meta' && attributes.name === 'pypi:repository-version')
        version = attributes.content;
      else if (name === 'meta' && attributes.name === 'pypi:project-status')
        status = { status: attributes.content ?? '' };
      else if (name === 'meta' && attributes.name === 'pypi:project-status-reason' && status)
        status = { ...status, reason: attributes.content ?? '' };
      else if (name === 'a') anchor = { attributes, text: '' };
    },
    ontext(text) {
      if (anchor !== undefined) anchor.text += text;
    },
    onclosetag(name) {
      if (name !== 'a' || anchor === undefined) return;
      const file = readAnchor(anchor.attributes, anchor.text, base ?? url, project);
      if (file !== undefined) files.push(file);
      anchor = undefined;
    },
  });
  for (let at = 0; at < text.length; at += PIECE) {
    if (turns.spent) await turns.next();
    parser.write(text.slice(at, at + PIECE));
  }
  parser.end();
  if (version !== undefined && !/^1\.\d+$/.test(version))
    throw new TypeError(`the page has repository version ${JSON.stringify(version)}`);
  return { files, status, base, isLate };
}

function readAnchor(
  attributes: Attributes,
  text: string,
  base: string,
  project: ProjectName,
): IndexFile | undefined {
  const href = attributes.href?.trim();
  if (href === undefined) return undefined;
  const url = absoluteUrl(href, base);
  if (url === undefined) return undefined;
  const filename = filenameOf(url) ?? text.trim();
  const name = ownName(filename, project);
  if (name === undefined) return undefined;
  const at = href.indexOf('#');
  const declared = readDigests(at === -1 ? '' : href.slice(at + 1));
  const metadata = attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata'];
  const gpgSig = attributes['data-gpg-sig'];
  const provenance = attributes['data-provenance'];
  return {
    filename,
    name,
    url,
    hashes: declared.hashes,
    sha256: declared.hashes.sha256 as Sha256 | undefined,
    integrity: declaredIntegrity(filename, declared),
    yanked: readYanked(attributes['data-yanked']),
    coreMetadata: declaredMetadata(metadata, readDigests(metadata ?? '')),
    requiresPython: attributes['data-requires-python'],
    gpgSig: gpgSig === undefined ? undefined : gpgSig === 'true',
    size: undefined,
    uploadTime: undefined,
    uploadedAt: undefined,
    provenance: provenance === undefined ? undefined : absoluteUrl(provenance, base),
    extra: NO_EXTRA,
  };
}

/** The last part of the URL's path is what installers take for the name, whatever the link's text says. */
function filenameOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

/** PEP 592: the attribute's presence yanks; its value, where there is one, is the reason. */
function readYanked(value: string | undefined): boolean | string {
  return value === undefined ? false : value.trim() || true;
}

function readDigests(text: string): DeclaredHashes {
  return readHashes(digestsIn(text));
}
