import type { ProjectName } from '../domain/project-name.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import type { Subject } from '../domain/subject.js';
import type { Upstream } from '../upstream/upstream.js';
import type { JudgedPage } from './judged-page.js';

/** One file of a current project page, ready to be judged and fetched. */
export interface ListedFile {
  readonly file: IndexFile;
  readonly subject: Subject;
  readonly page: ProjectPage;
  readonly upstream: Upstream;
}

/** A page that was loaded before. */
export interface RecentPage {
  readonly upstream: Upstream;
  files(): readonly ListedFile[];
}

/** PEP 503's HTML or PEP 691's JSON. */
export type PageForm = 'html' | 'json';
export type PageEncoding = 'identity' | 'gzip' | 'br';

/** A body made ready once, for every client that asks for this form and encoding. */
export interface PreparedBody {
  readonly body: Uint8Array;
  /** Strong, quoted, one per form and encoding. */
  readonly etag: string;
  readonly contentEncoding: PageEncoding;
}

/** The project page service, as routes and the artifact service see it. */
export interface ProjectPages {
  /** The page under the policy in force. @throws {Failure} not-found, upstream-broken, upstream-unreachable */
  render(project: ProjectName, form: PageForm, encoding: PageEncoding): Promise<PreparedBody>;
  /** The same, if it is prepared and current; undefined if it requires a query or rendering first. */
  ready(project: ProjectName, form: PageForm, encoding: PageEncoding): PreparedBody | undefined;
  /** Finds a file on its project's current page. @throws {Failure} not-found where the page does not list it */
  find(project: ProjectName, filename: string): Promise<ListedFile>;
  /** The page that was loaded last, current or not; undefined if it is not in memory. Queries nothing. */
  recent(project: ProjectName): RecentPage | undefined;
  /** All files of the page. @throws as `render` */
  list(project: ProjectName): Promise<readonly ListedFile[]>;
  /** The upstream of the project's page. @throws as `render` */
  source(project: ProjectName): Promise<Upstream>;
  /** The page with the verdicts on its files, under the policy in force. @throws as `render` */
  judged(project: ProjectName): Promise<JudgedPage>;
  /** The reason for using an earlier copy of the page, as a sentence; undefined if it is current. */
  staleness(project: ProjectName): string | undefined;
  /**
   * Discards rendered pages, because a file's verdict may have changed.
   * @param only set if only verdicts based on probes are affected
   */
  invalidate(project: ProjectName, only?: 'probed'): void;
}
