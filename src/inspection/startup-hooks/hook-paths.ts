import type { Sha256 } from '../../domain/digest.js';
import type { Evidence, FindingList } from '../finding-list.js';
import { printable } from '../printable.js';
import type { BroughtModules } from './brought-modules.js';
import { excerptOfLine } from './excerpts.js';
import { type PathLine, readingsOf } from './path-lines.js';
import type { PthFacts } from './pth-scanner.js';
import type { StartPlaceList } from './start-place-list.js';
import type { WheelFiles } from './wheel-files.js';

/** A file that has power in a folder of the import path: `sitecustomize`, another's hook, a zip archive. */
export interface PowerfulFile {
  readonly member: string;
  readonly name: string;
  /** Folded, below a site directory. */
  readonly paths: readonly (readonly string[])[];
  readonly sha256: Sha256;
  readonly why: string;
}

/** A line that adds a folder, and whose it is. */
interface Adding {
  readonly pth: string;
  readonly line: string;
}

/**
 * The folders that the lines of a wheel's `.pth` files add to the import path. Python imports `sitecustomize` from any
 * such folder, and also the imports of known-good hooks. A line may therefore only name a folder of the same wheel, and
 * each startup file in it has a separate finding, by its content: an exception for the `.pth` does not cover these.
 */
export class HookPaths {
  readonly #findings: FindingList;
  readonly #wheel: WheelFiles;
  readonly #places: StartPlaceList;
  readonly #powerful: PowerfulFile[] = [];
  /** By folder, folded. */
  readonly #added = new Map<string, Adding>();
  /** A line that may lead anywhere. */
  #anywhere: Adding | undefined;

  constructor(findings: FindingList, wheel: WheelFiles, places: StartPlaceList) {
    this.#findings = findings;
    this.#wheel = wheel;
    this.#places = places;
  }

  seePowerful(file: PowerfulFile): void {
    this.#powerful.push(file);
  }

  seePth({ lines, content }: PthFacts, where: Evidence & { readonly member: string }): void {
    const pth = where.member;
    const unclear: PathLine[] = [];
    for (const line of lines) {
      const { text, isPlain } = line;
      const adding = { pth, line: text };
      const folder = text.replaceAll('\\', '/');
      if (isPlain && this.#wheel.fills(pth, text)) this.#add(text, adding);
      else {
        unclear.push(line);
        // pywin32's file is known-good by its digest, and contains `win32\lib`.
        if (this.#wheel.fills(pth, folder)) this.#add(folder, adding);
        this.#anywhere ??= adding;
      }
    }
    const evidenceOf = ({ number }: PathLine): Evidence => ({
      ...where,
      excerpt: content && excerptOfLine(content, number),
    });
    const remote = unclear.find(({ text }) =>
      readingsOf(text).some((line) => /^[\\/]{2}/.test(line)),
    );
    if (remote !== undefined)
      // sitecustomize would be taken from a machine of the author's choosing.
      this.#findings.add(
        'pth-adds-remote-folder',
        `${pth} adds the network path ${remote.text}`,
        evidenceOf(remote),
      );
    const [first] = unclear;
    if (first !== undefined) {
      const more = unclear.length === 1 ? '' : `, and ${unclear.length - 1} more like it`;
      this.#findings.add(
        'pth-adds-unclear-folder',
        `${pth}: "${printable(first.text, 77)}" is not a plain folder of this wheel${more}`,
        evidenceOf(first),
      );
    }
  }

  #add(folder: string, adding: Adding): void {
    this.#added.set(folder.toLowerCase(), adding);
    this.#places.openFolder(folder.toLowerCase());
  }

  get addsAny(): boolean {
    return this.#added.size > 0 || this.#anywhere !== undefined;
  }

  /** Whether a line may lead to a file at one of these places, or to a parent folder. */
  reaches(paths: readonly (readonly string[])[]): boolean {
    return this.#anywhere !== undefined || paths.some((path) => this.#foldersOf(path).length > 0);
  }

  /** Reports problems that require all members. @param modules receives the importable modules of added folders */
  finish(modules: BroughtModules): void {
    if (!this.addsAny) return;
    for (const { path } of this.#wheel.files)
      for (const { depth } of this.#foldersOf(path)) modules.see(path.slice(depth));
    for (const { member, name, paths, sha256, why } of this.#powerful) {
      const [found] = paths.flatMap((path) => this.#foldersOf(path));
      const adding = found?.adding ?? this.#anywhere;
      if (adding === undefined) continue;
      this.#findings.add(
        'pth-adds-hook-folder',
        `${adding.pth} adds "${printable(adding.line, 77)}", where ${member} ${why}`,
        { member, sha256, landing: name },
      );
    }
  }

  /** The added folders that contain a file, and their depth. */
  #foldersOf(path: readonly string[]): { readonly adding: Adding; readonly depth: number }[] {
    const found: { adding: Adding; depth: number }[] = [];
    let folder = '';
    for (let depth = 1; depth < path.length && this.#added.size > 0; depth++) {
      folder += depth === 1 ? path[0]! : `/${path[depth - 1]!}`;
      const adding = this.#added.get(folder);
      if (adding !== undefined) found.push({ adding, depth });
    }
    return found;
  }
}
