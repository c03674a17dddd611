import { landings } from './landing.js';

/** A file of a wheel, at one possible destination below a site directory. */
export interface SiteFile {
  readonly member: string;
  /** Folded. */
  readonly path: readonly string[];
}

/**
 * All files of a wheel with a `.pth` in a site directory: the targets of its lines are found among the others. Few
 * wheels have one, so the rest avoid the cost.
 */
export class WheelFiles {
  readonly files: readonly SiteFile[];
  readonly #folders = new Set<string>();

  private constructor(members: readonly string[]) {
    this.files = members.flatMap((member) =>
      landings(member).flatMap(({ place, path }) => (place === 'site' ? [{ member, path }] : [])),
    );
    for (const member of members) this.#addFolders(member);
  }

  /** @returns undefined if no file is a `.pth` in a site directory */
  static of(members: readonly { readonly path: string }[]): WheelFiles | undefined {
    if (!members.some(({ path }) => isPth(path))) return undefined;
    return new WheelFiles(members.map(({ path }) => path));
  }

  /** Whether a file is in the folder that a `.pth` at `pth` names, with this exact spelling. */
  fills(pth: string, folder: string): boolean {
    return this.#folders.has(pth.slice(0, pth.lastIndexOf('/') + 1) + folder);
  }

  #addFolders(member: string): void {
    let end = member.lastIndexOf('/');
    while (end > 0 && !this.#folders.has(member.slice(0, end))) {
      this.#folders.add(member.slice(0, end));
      end = member.lastIndexOf('/', end - 1);
    }
  }
}

/** Folding makes a suffix of no ASCII that has it not already. */
const MAY_BE_PTH = /\.pth|[^\x20-\x7e]/i;

function isPth(member: string): boolean {
  if (!MAY_BE_PTH.test(member)) return false;
  return landings(member).some(
    ({ place, path }) => place === 'site' && path.length === 1 && path[0]!.endsWith('.pth'),
  );
}
