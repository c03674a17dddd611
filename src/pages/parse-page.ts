import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import type { FileDraft, PageDraft, PageSource } from './page-draft.js';
import { parseHtmlPage } from './parse-html.js';
import { parseJsonPage } from './parse-json.js';
import type { Turns } from './turns.js';

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
  const draft = await parseForm(type, source, upstream, turns);
  return {
    project,
    upstream,
    files: await soundFiles(draft.files, project, turns),
    versions: draft.versions,
    status: draft.status,
    meta: draft.meta ?? {},
    extra: draft.extra ?? {},
  };
}

async function parseForm(
  type: string,
  source: PageSource,
  upstream: string,
  turns: Turns,
): Promise<PageDraft> {
  try {
    if (type === 'application/vnd.pypi.simple.v1+json' || type === 'application/json')
      return await parseJsonPage(source, turns);
    if (type === 'application/vnd.pypi.simple.v1+html' || type === 'text/html')
      return await parseHtmlPage(source, turns);
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
async function soundFiles(
  drafts: readonly FileDraft[],
  project: ProjectName,
  turns: Turns,
): Promise<IndexFile[]> {
  const files = new Map<string, IndexFile | undefined>();
  await turns.forEach(drafts, (draft) => {
    const name = parseDistributionFilename(draft.filename, project);
    if (name === undefined || (name.project ?? project) !== project) return;
    const other = files.get(draft.filename);
    if (other === undefined && !files.has(draft.filename))
      files.set(draft.filename, { ...draft, name });
    else if (other?.sha256 !== draft.sha256) files.set(draft.filename, undefined);
  });
  return [...files.values()].filter((file) => file !== undefined);
}
