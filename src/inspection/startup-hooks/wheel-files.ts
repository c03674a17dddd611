import { landings } from './landing.js';

/** A file of a wheel, at one place below a site directory where it may come to lie. */
export interface SiteFile {
  readonly member: string;
  /** Folded. */
  readonly path: readonly string[];
}

/**
 * All files of a wheel that has a `.pth` in a site directory: what its lines lead to can only be told from the
 * others. Few wheels have one, so the rest need not pay for it.
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

  /** @returns undefined where no file is a `.pth` in a site directory */
  static of(members: readonly { readonly path: string }[]): WheelFiles | undefined {
    if (!members.some(({ path }) => isPth(path))) return undefined;
    return new WheelFiles(members.map(({ path }) => path));
  }

  /** Whether a file lies in the folder that a `.pth` at `pth` names, spelled just so. */
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
