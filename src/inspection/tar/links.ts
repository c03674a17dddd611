import { normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import type { TarMember } from './tar-walker.js';

/** Keeps links inside the tree, and members out of links. */
export class LinkCheck {
  readonly #findings: FindingList;
  readonly #links = new Set<string>();
  /** The targets of hard links. */
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
        `the link ${member.path} points outside the archive, to ${member.link}`,
        evidence,
      );
  }

  #passesThroughLink(path: string, type: TarMember['type']): boolean {
    // Some readers write a file at a link's path through the link. Readers that overwrite existing files (Python, not
    // uv) do the same for the target of a hard link.
    if (type === 'file' && (this.#links.has(path) || this.#linked.has(path))) return true;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (this.#links.has(path.slice(0, at))) return true;
    return false;
  }
}

/**
 * Whether a target stays below the archive's root. `..` is allowed only at the front: after a name, it could start at
 * the target of a link.
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
