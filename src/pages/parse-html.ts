import { Parser } from 'htmlparser2';
import type { Hashes, ProjectStatus } from '../domain/project-page.js';
import { absoluteUrl } from './absolute-url.js';
import type { FileDraft, PageDraft, PageSource } from './page-draft.js';

type Attributes = Readonly<Record<string, string>>;

/** Reads PEP 503's HTML, with PEP 592, 629, 658, 714, 740 and 792. @throws where its version is not 1.x */
export function parseHtmlPage(source: PageSource): PageDraft {
  const files: FileDraft[] = [];
  let base = source.url;
  let version: string | undefined;
  let status: ProjectStatus | undefined;
  let anchor: { attributes: Attributes; text: string } | undefined;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'base' && attributes.href !== undefined)
        base = absoluteUrl(attributes.href, source.url) ?? base;
      else if (name === 'meta' && attributes.name === 'pypi:repository-version')
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
      const file = readAnchor(anchor.attributes, anchor.text, base);
      if (file !== undefined) files.push(file);
      anchor = undefined;
    },
  });
  parser.end(Buffer.from(source.body).toString('utf8'));
  if (version !== undefined && !/^1\.\d+$/.test(version))
    throw new TypeError(`the page has repository version ${JSON.stringify(version)}`);
  return { files, status };
}

function readAnchor(attributes: Attributes, text: string, base: string): FileDraft | undefined {
  const { href } = attributes;
  if (href === undefined) return undefined;
  const url = absoluteUrl(href, base);
  if (url === undefined) return undefined;
  const requiresPython = attributes['data-requires-python'];
  const gpgSig = attributes['data-gpg-sig'];
  const provenance = attributes['data-provenance'];
  const provenanceUrl = provenance === undefined ? undefined : absoluteUrl(provenance, base);
  return {
    filename: filenameOf(url) ?? text.trim(),
    url,
    hashes: readDigest(href.slice(href.indexOf('#') + 1)),
    yanked: readYanked(attributes['data-yanked']),
    coreMetadata: readMetadata(
      attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata'],
    ),
    ...(requiresPython !== undefined && { requiresPython }),
    ...(gpgSig !== undefined && { gpgSig: gpgSig === 'true' }),
    ...(provenanceUrl !== undefined && { provenance: provenanceUrl }),
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

function readMetadata(value: string | undefined): boolean | Hashes {
  if (value === undefined || value === 'false') return false;
  const digest = readDigest(value);
  return Object.keys(digest).length === 0 ? true : digest;
}

/** `sha256=…`, as in a fragment (PEP 503) or in `data-core-metadata`. */
function readDigest(text: string): Hashes {
  const digests: Record<string, string> = {};
  for (const part of text.split('&')) {
    const match = /^(md5|sha1|sha224|sha256|sha384|sha512)=([0-9a-f]+)$/i.exec(part);
    if (match !== null) digests[match[1]!.toLowerCase()] = match[2]!.toLowerCase();
  }
  return digests;
}
