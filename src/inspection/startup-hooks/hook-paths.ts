import { foldPath } from '../archive/member-name.js';
import type { Evidence, FindingList } from '../finding-list.js';
import type { Landing } from './landing.js';
import { isCustomize } from './powerful-names.js';

/** A path line of a `.pth` file, kept until all members are known. */
interface PathLine {
  readonly pth: string;
  readonly line: string;
  readonly evidence: Evidence;
}

const ARCHIVE = /\.(?:zip|egg|whl|pyz)$/;

/**
 * A `.pth` that only adds a folder executes nothing by itself; but `sitecustomize` is then looked for in that
 * folder too. So the lines are held against what the same artifact brings.
 */
export class HookPaths {
  readonly #findings: FindingList;
  readonly #lines: PathLine[] = [];
  /** Folders, below a site directory, that hold a `sitecustomize` or `usercustomize`; and archives. */
  readonly #powerful = new Set<string>();
  /** The last names of those, by which a path that leaves the site directory is known. */
  readonly #lastNames = new Set<string>();

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  seeMember(places: readonly Landing[]): void {
    for (const { path } of places) {
      if (ARCHIVE.test(path.at(-1)!)) this.#addPowerful(path);
      if (!path.some((segment) => segment.includes('customize'))) continue;
      for (let depth = 1; depth < path.length; depth++)
        if (isCustomize(path.slice(depth))) this.#addPowerful(path.slice(0, depth));
    }
  }

  #addPowerful(path: readonly string[]): void {
    this.#powerful.add(path.join('/'));
    this.#lastNames.add(path.at(-1)!);
  }

  seePth(pth: string, lines: readonly string[], evidence: Evidence): void {
    for (const line of lines) {
      if (/^(?:[\\/]{2})/.test(line)) {
        // sitecustomize would be taken from a machine of the author's choosing.
        this.#findings.add(
          'pth-adds-remote-folder',
          `${pth} adds the network path ${line}`,
          evidence,
        );
      } else this.#lines.push({ pth, line, evidence });
    }
  }

  finish(): void {
    if (this.#powerful.size === 0) return;
    for (const { pth, line, evidence } of this.#lines) {
      if (this.#reaches(line))
        this.#findings.add(
          'pth-adds-hook-folder',
          `${pth} adds ${line}, and a sitecustomize or an archive lies there`,
          evidence,
        );
    }
  }

  /**
   * Whether a line adds a place with power. A path that is absolute or climbs can name any folder of the
   * artifact by its way through the system, so there the last folder's name decides.
   */
  #reaches(line: string): boolean {
    const text = line.replaceAll('\\', '/');
    const segments: string[] = [];
    let leaves = /^(?:\/|[A-Za-z]:)/.test(text);
    for (const segment of text.split('/')) {
      if (segment === '' || segment === '.') continue;
      if (segment !== '..') segments.push(foldPath(segment));
      else if (segments.pop() === undefined) leaves = true;
    }
    const path = segments.join('/');
    if (!leaves) return this.#powerful.has(path);
    const last = segments.at(-1);
    return last === undefined || this.#lastNames.has(last);
  }
}
