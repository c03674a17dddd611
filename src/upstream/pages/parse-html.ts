import type { Sha256 } from '../../domain/digest.js';
import { type DeclaredHashes, readHashes } from '../../domain/hashes.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { IndexFile, ProjectStatus } from '../../domain/project-page.js';
import type { Turns } from '../../runtime/turns.js';
import { absoluteUrl, UrlResolver } from './absolute-url.js';
import { digestsIn } from './digests-in.js';
import { type Attributes, HtmlTags } from './html-tags.js';
import { NO_EXTRA, type PageDraft, type PageSource } from './page-draft.js';
import { PageTally } from './page-limits.js';
import { pageText } from './page-text.js';
import { declaredIntegrity, declaredMetadata, ownName } from './sound-file.js';

const ATTRIBUTES = new Set([
  'href',
  'name',
  'content',
  'data-yanked',
  'data-core-metadata',
  'data-dist-info-metadata',
  'data-requires-python',
  'data-gpg-sig',
  'data-provenance',
]);

/** Reads PEP 503's HTML, with PEP 592, 629, 658, 714, 740 and 792. @throws if its version is not 1.x */
export async function parseHtmlPage(
  source: PageSource,
  project: ProjectName,
  turns: Turns,
): Promise<PageDraft> {
  const text = pageText(source);
  const first = await readDocument(text, source.url, undefined, project, turns);
  // The first base applies to the whole page, including links before it; it nearly always precedes all links.
  const { files, status } = first.isLate
    ? await readDocument(text, source.url, first.base, project, turns)
    : first;
  return { files, status };
}

interface Reading extends PageDraft {
  readonly base: string | undefined;
  /** Whether there were links before the base. */
  readonly isLate: boolean;
}

/** @param known the base, if it is already known */
async function readDocument(
  text: string,
  url: string,
  known: string | undefined,
  project: ProjectName,
  turns: Turns,
): Promise<Reading> {
  const files: IndexFile[] = [];
  const tally = new PageTally();
  let base = known;
  let urls = new UrlResolver(base ?? url);
  let isLate = false;
  let version: string | undefined;
  let status: ProjectStatus | undefined;
  let anchor: { attributes: Attributes; text: string } | undefined;
  /** A link ends with its end tag, with the next link, or with the page. */
  const endAnchor = (): void => {
    if (anchor === undefined) return;
    const file = readAnchor(anchor.attributes, anchor.text, urls, project);
    anchor = undefined;
    if (file === undefined) return;
    tally.addFile();
    files.push(file);
  };
  const readMeta = ({ name, content }: Attributes): void => {
    if (name === 'pypi:repository-version') version = content;
    else if (name === 'pypi:project-status') status = { status: content ?? '' };
    else if (name === 'pypi:project-status-reason' && status !== undefined)
      status = { ...status, reason: content ?? '' };
  };
  const tags = new HtmlTags(ATTRIBUTES, {
    onOpen(tag, attributes) {
      if (tag === 'a') {
        endAnchor();
        anchor = { attributes, text: '' };
      } else if (tag === 'meta') readMeta(attributes);
      else if (tag === 'base' && attributes.href !== undefined && base === undefined) {
        base = absoluteUrl(attributes.href, url) ?? url;
        urls = new UrlResolver(base);
        isLate = files.length > 0;
      }
    },
    onText(part) {
      if (anchor !== undefined) anchor.text += part;
    },
    onClose(tag) {
      if (tag === 'a') endAnchor();
    },
  });
  await tags.read(text, turns);
  endAnchor();
  if (version !== undefined && !/^1\.\d+$/.test(version))
    throw new TypeError(`the page has repository version ${JSON.stringify(version)}`);
  return { files, status, base, isLate };
}

function readAnchor(
  attributes: Attributes,
  text: string,
  urls: UrlResolver,
  project: ProjectName,
): IndexFile | undefined {
  const href = attributes.href?.trim();
  if (href === undefined) return undefined;
  const at = href.indexOf('#');
  const url = urls.resolve(at === -1 ? href : href.slice(0, at));
  if (url === undefined) return undefined;
  const filename = filenameOf(url) ?? text.trim();
  const name = ownName(filename, project);
  if (name === undefined) return undefined;
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
    provenance: provenance === undefined ? undefined : urls.resolve(provenance),
    extra: NO_EXTRA,
  };
}

/** Installers use the last segment of the URL's path as the filename, regardless of the link's text. */
function filenameOf(url: string): string | undefined {
  try {
    const [path = ''] = url.split('?', 1);
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  } catch {
    return undefined;
  }
}

/** PEP 592: the attribute's presence yanks; its value, if any, is the reason. */
function readYanked(value: string | undefined): boolean | string {
  return value === undefined ? false : value.trim() || true;
}

function readDigests(text: string): DeclaredHashes {
  return readHashes(digestsIn(text));
}
