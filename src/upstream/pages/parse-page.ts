import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../../domain/failure.js';
import { sameBytes } from '../../domain/hashes.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { IndexFile, ProjectPage } from '../../domain/project-page.js';
import type { Turns } from '../../runtime/turns.js';
import type { PageDraft, PageSource } from './page-draft.js';
import { parseHtmlPage } from './parse-html.js';
import { parseJsonPage } from './parse-json.js';

/**
 * Reads a project page: JSON (PEP 691) or HTML (PEP 503), as the content type says.
 * @throws {Failure} upstream-broken where it is neither, or cannot be read
 */
export async function parseProjectPage(
  source: PageSource,
  project: ProjectName,
  upstream: string,
  turns: Turns,
): Promise<ProjectPage> {
  const type = source.contentType.split(';', 1)[0]!.trim().toLowerCase();
  const draft = await parseForm(type, source, project, upstream, turns);
  return {
    project,
    upstream,
    files: await unambiguous(draft.files, turns),
    versions: draft.versions,
    status: draft.status,
    meta: draft.meta ?? {},
    extra: draft.extra ?? {},
  };
}

async function parseForm(
  type: string,
  source: PageSource,
  project: ProjectName,
  upstream: string,
  turns: Turns,
): Promise<PageDraft> {
  try {
    if (type === 'application/vnd.pypi.simple.v1+json' || type === 'application/json')
      return await parseJsonPage(source, project, turns);
    if (type === 'application/vnd.pypi.simple.v1+html' || type === 'text/html')
      return await parseHtmlPage(source, project, turns);
  } catch (cause) {
    throw new Failure(
      'upstream-broken',
      `The upstream ${upstream} sent a page that cannot be read.`,
      {
        cause,
      },
    );
  }
  throw new Failure('upstream-broken', `The upstream ${upstream} sent a page of the type ${type}.`);
}

/** A filename that stands on the page twice, and not surely for the same bytes, could mean either: both are left out. */
async function unambiguous(listed: readonly IndexFile[], turns: Turns): Promise<IndexFile[]> {
  const files = new Map<string, IndexFile | undefined>();
  await turns.forEach(listed, (file) => {
    const other = files.get(file.filename);
    if (other === undefined && !files.has(file.filename)) files.set(file.filename, file);
    else if (other !== undefined && !areSame(other, file)) files.set(file.filename, undefined);
  });
  return [...files.values()].filter((file) => file !== undefined);
}

function areSame(one: IndexFile, other: IndexFile): boolean {
  return sameBytes(one.hashes, other.hashes) || isDeepStrictEqual(one, other);
}
