import { counted, plural } from '../../domain/plural.js';
import { normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { powerInSdist } from '../startup-hooks/sdist-hooks.js';
import type { TarMember } from './tar-walker.js';

/** As many as a system follows before it gives up. */
const MAX_STEPS = 40;
/** More such links than any sdist has: further ones count as doubt. */
const MAX_LINKS = 64;

/**
 * A link with the name of a startup hook is that hook, with the content of its target; and a link to a folder gives
 * another name to all files in it. The target may precede or follow the link in the archive, so the links are collected
 * in one pass, and the contents inspected in another one.
 */
export class LinkedHooks {
  readonly #findings: FindingList;
  readonly #links = new Map<string, string>();
  /** Links with the name of a hook. */
  readonly #named = new Set<string>();
  /** Files that may be hooks under another name. */
  readonly #customizing = new Set<string>();

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  see({ path: written, type, link }: TarMember): void {
    const path = normalisePath(written);
    if (type === 'file') {
      if (/customize/i.test(path)) this.#customizing.add(path);
    } else if (type !== 'folder') {
      const base = type === 'symlink' ? path.slice(0, path.lastIndexOf('/') + 1) : '';
      this.#links.set(path, normalisePath(base + link));
      // A link to a folder has the effect of a package.
      if (powerInSdist(path) ?? powerInSdist(`${path}/__init__.py`)) this.#named.add(path);
    }
  }

  /** The hook names that files have in addition to their own: by the file's path, normalised. */
  aliases(): ReadonlyMap<string, readonly string[]> {
    const aliases = new Map<string, string[]>();
    let count = 0;
    const add = (path: string, alias: string) => {
      if (++count > MAX_LINKS) return;
      aliases.set(path, [...(aliases.get(path) ?? []), alias]);
    };
    for (const path of this.#named) {
      const target = this.#follow(path);
      if (target === undefined) this.doubt(path);
      else add(target, path);
    }
    if (this.#customizing.size > 0) this.#addThroughFolders(add);
    if (count > MAX_LINKS)
      this.#findings.add(
        'hook-link',
        `${counted(count, 'link')} ${plural(count, 'is', 'are')} named like ${plural(count, 'a start-up hook', 'start-up hooks')}`,
      );
    return aliases;
  }

  doubt(alias: string): void {
    this.#findings.add('hook-link', `the link ${alias} has no target in the archive`, {
      member: alias,
    });
  }

  #addThroughFolders(add: (path: string, alias: string) => void): void {
    const folders = new Map<string, string>();
    for (const path of this.#links.keys()) {
      const target = this.#follow(path);
      // Only a folder in which builders look for modules gives a module another power.
      const isTop = powerInSdist(`${path}/sitecustomize.py`) !== undefined;
      if (target !== undefined && isTop) folders.set(target, path);
    }
    for (const path of this.#customizing)
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        const link = folders.get(path.slice(0, end));
        const alias = link === undefined ? undefined : link + path.slice(end);
        if (alias !== undefined && powerInSdist(alias) !== undefined) add(path, alias);
      }
  }

  /** The target of a path after all links; undefined for a cycle, or a target outside the archive. */
  #follow(path: string): string | undefined {
    let rest = path.split('/');
    let done: string[] = [];
    for (let steps = 0; rest.length > 0; ) {
      const [segment, ...others] = rest as [string, ...string[]];
      rest = others;
      if (segment === '..') {
        if (done.pop() === undefined) return undefined;
        continue;
      }
      done.push(segment);
      const target = this.#links.get(done.join('/'));
      if (target === undefined) continue;
      if (++steps > MAX_STEPS) return undefined;
      rest = [...target.split('/'), ...rest];
      done = [];
    }
    return done.join('/');
  }
}
