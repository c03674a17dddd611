import { normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import type { TarMember } from './tar-walker.js';

/** Holds links inside the tree, and members out of links. */
export class LinkCheck {
  readonly #findings: FindingList;
  readonly #links = new Set<string>();
  /** What hard links lead to. */
  readonly #linked = new Set<string>();

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  see(member: TarMember): void {
    const evidence = { member: member.path, offset: member.offset };
    const path = normalisePath(member.path);
    if (this.#links.size > 0 && this.#passesThroughLink(path, member.type))
      this.#findings.add(
        'tar-path-through-link',
        `${member.path} is reached through a link`,
        evidence,
      );
    if (member.type !== 'symlink' && member.type !== 'hardlink') return;
    this.#links.add(path);
    if (member.type === 'hardlink') this.#linked.add(normalisePath(member.link));
    const base = member.type === 'symlink' ? path.split('/').slice(0, -1) : [];
    if (!staysInside(base, member.link))
      this.#findings.add(
        'tar-link-leaves',
        `the link ${member.path} leaves the archive, to ${member.link}`,
        evidence,
      );
  }

  #passesThroughLink(path: string, type: TarMember['type']): boolean {
    // A file in a link's own place is written through it by some readers; so is one in the place of a hard link's target,
    // by those (Python, not uv) that write into the file that is there.
    if (type === 'file' && (this.#links.has(path) || this.#linked.has(path))) return true;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (this.#links.has(path.slice(0, at))) return true;
    return false;
  }
}

/**
 * Whether a target stays below the archive's root. `..` counts only in front: behind a name it could start
 * from wherever a link leads.
 */
function staysInside(base: readonly string[], target: string): boolean {
  if (target === '' || /^(?:[/\\]|[A-Za-z]:)/.test(target) || target.includes('\\')) return false;
  let depth = base.length;
  let named = false;
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') named = true;
    else if (named || --depth < 0) return false;
  }
  return depth > 0 || named;
}
