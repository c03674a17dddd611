import { parseSha256 } from '../domain/digest.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Hashes, IndexFile, ProjectPage } from '../domain/project-page.js';
import type { FileDraft, PageDraft, PageSource } from './page-draft.js';
import { parseHtmlPage } from './parse-html.js';
import { parseJsonPage } from './parse-json.js';

/**
 * Reads a project page: JSON (PEP 691) or HTML (PEP 503), as the content type says.
 * @throws {Failure} upstream-broken where it is neither, or cannot be read
 */
export function parseProjectPage(
  source: PageSource,
  project: ProjectName,
  upstream: string,
): ProjectPage {
  const type = source.contentType.split(';', 1)[0]!.trim().toLowerCase();
  const draft = parseForm(type, source, upstream);
  return {
    project,
    upstream,
    files: soundFiles(draft.files, project),
    versions: draft.versions,
    status: draft.status,
    meta: draft.meta ?? {},
    extra: draft.extra ?? {},
  };
}

function parseForm(type: string, source: PageSource, upstream: string): PageDraft {
  try {
    if (type === 'application/vnd.pypi.simple.v1+json' || type === 'application/json')
      return parseJsonPage(source);
    if (type === 'application/vnd.pypi.simple.v1+html' || type === 'text/html')
      return parseHtmlPage(source);
  } catch (cause) {
    throw new Failure(
      'upstream-broken',
      `the upstream ${upstream} sent a page that cannot be read`,
      {
        cause,
      },
    );
  }
  throw new Failure('upstream-broken', `the upstream ${upstream} sent a page of the type ${type}`);
}

/**
 * Keeps the files that can be named and fetched, and that are this project's by their name: a denial of
 * another project must hold for its files wherever they are listed. A filename that stands on the page twice
 * with different digests could mean either file: both are left out.
 */
function soundFiles(drafts: readonly FileDraft[], project: ProjectName): IndexFile[] {
  const files = new Map<string, IndexFile | undefined>();
  for (const draft of drafts) {
    const name = parseDistributionFilename(draft.filename, project);
    if (name === undefined || (name.project ?? project) !== project) continue;
    const file = completed(draft);
    const other = files.get(draft.filename);
    if (!files.has(draft.filename)) files.set(draft.filename, file);
    else if (other?.sha256 !== file.sha256) files.set(draft.filename, undefined);
  }
  return [...files.values()].filter((file) => file !== undefined);
}

function completed(draft: FileDraft): IndexFile {
  return {
    ...draft,
    sha256: parseSha256(draft.hashes.sha256),
    coreMetadata: checkableMetadata(draft.coreMetadata),
    extra: draft.extra ?? {},
  };
}

/** A sidecar without a SHA-256 could not be checked, so it is not offered. */
function checkableMetadata(declared: boolean | Hashes): boolean | Hashes {
  return typeof declared === 'object' && parseSha256(declared.sha256) !== undefined
    ? declared
    : false;
}
