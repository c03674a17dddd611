import type { SecurityFix } from '../domain/malware-feed.js';
import type { ProjectName } from '../domain/project-name.js';
import { canonicalVersion } from '../domain/version.js';
import { affects } from './affects.js';
import type { FixEntry } from './osv-record.js';

/** The fixes of reviewed advisories, by project. They remain text until their project is requested. */
export class SecurityFixes {
  readonly revision: string;
  readonly #lines: ReadonlyMap<ProjectName, readonly string[]>;
  /** A cache, because the files of one project are queried together. */
  #last: { readonly project: ProjectName; readonly fixes: readonly SecurityFix[] } | undefined;

  /** @param lines for each project, the lines of the feed's file that name it: `[id, [], fixes]` as JSON */
  constructor(revision: string, lines: ReadonlyMap<ProjectName, readonly string[]>) {
    this.revision = revision;
    this.#lines = lines;
  }

  of(project: ProjectName): readonly SecurityFix[] {
    const lines = this.#lines.get(project);
    if (lines === undefined) return NONE;
    if (this.#last?.project === project) return this.#last.fixes;
    const fixes = lines
      .flatMap((line) => (JSON.parse(line) as [string, [], FixEntry[]])[2])
      .filter((entry) => entry.project === project)
      .map(securityFix);
    this.#last = { project, fixes };
    return fixes;
  }
}

const NONE: readonly SecurityFix[] = [];

function securityFix({ id, published = '', fixed, spans }: FixEntry): SecurityFix {
  const versions = new Set(fixed.map(canonicalVersion));
  return {
    id,
    publishedAt: Date.parse(published),
    fixedBy: (version) => versions.has(canonicalVersion(version)),
    affects: affects({ versions: [], spans }),
  };
}
