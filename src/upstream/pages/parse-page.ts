import { Failure } from '../../domain/failure.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { ProjectPage } from '../../domain/project-page.js';
import type { Turns } from '../../runtime/turns.js';
import { oneOfEachName } from './one-name.js';
import type { PageDraft, PageSource } from './page-draft.js';
import { PageTooLarge } from './page-limits.js';
import { parseHtmlPage } from './parse-html.js';
import { parseJsonPage } from './parse-json.js';

/**
 * Reads a project page as JSON (PEP 691) or HTML (PEP 503), according to its content type.
 * @throws {Failure} upstream-broken if it is neither, or invalid
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
    files: await oneOfEachName(draft.files, turns),
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
    const why = cause instanceof PageTooLarge ? cause.message : 'is invalid';
    const message = `The upstream ${upstream} sent a page that ${why}.`;
    throw new Failure('upstream-broken', message, { cause });
  }
  throw new Failure('upstream-broken', `The upstream ${upstream} sent a page of the type ${type}.`);
}
