import { createHash } from 'node:crypto';
import type { ProjectName } from '../../domain/project-name.js';
import { foldedPart } from '../member-path.js';
import { asSha256, type Report, shown } from '../report.js';
import { classify, type HookKind } from './classify.js';
import { type Landing, landings } from './landing.js';
import { isNspkgTemplate } from './nspkg-template.js';
import { readPth, readStart } from './pth-lines.js';

/** A member that matters at start-up, and the name under which it lands. */
interface Candidate {
  readonly kind: HookKind;
  readonly landing: string;
}

/**
 * Looks at one archive's members for anything that Python runs, or reads, at every start. First each member
 * is announced by its path; where the answer is `content`, its bytes are handed in as well; `finish` judges
 * what only shows in all of them together.
 */
export class HookInspector {
  readonly #project: ProjectName | undefined;
  readonly #locate: (path: string) => Landing[];
  readonly #report: Report;
  /** Folders that lines of a `.pth` add to `sys.path`, by the member that does. */
  readonly #addedFolders: { readonly member: string; readonly folder: readonly string[] }[] = [];
  /** Where `sitecustomize` and `usercustomize` lie below the site directory. */
  readonly #customizers: { readonly member: string; readonly folder: readonly string[] }[] = [];

  /** @param locate where a member may land: `landings` for a wheel, a looser guess for an sdist */
  constructor(
    project: ProjectName | undefined,
    report: Report,
    locate: (path: string) => Landing[] = landings,
  ) {
    this.#project = project;
    this.#report = report;
    this.#locate = locate;
  }

  /** Whether the member's content must be looked at; what its place alone says is noted here. */
  announce(path: string): 'content' | 'ignore' {
    let answer: 'content' | 'ignore' = 'ignore';
    for (const landing of this.#locate(path)) {
      if (landing.kind === 'site') this.#noteCustomizer(path, landing.path);
      const kind = classify(landing, this.#project);
      if (kind === 'pth' || kind === 'start') answer = 'content';
      else if (kind !== undefined) this.#addByPlace(kind, path, landing.path);
      if (answer === 'content' || kind !== undefined) break;
    }
    return answer;
  }

  /** Judges the content of a member that `announce` asked for. */
  look(path: string, bytes: Buffer): void {
    const candidate = this.#candidate(path);
    if (candidate?.kind === 'start') this.#lookAtStart(path, candidate.landing, bytes);
    else if (candidate !== undefined) this.#lookAtPth(path, candidate.landing, bytes);
  }

  /** A member that is too long to be looked at: doubt refuses. */
  tooLarge(path: string): void {
    this.#report.add('hook-too-large', `${shown(path)} is too large for a start-up file`, {
      member: shown(path),
    });
  }

  finish(): void {
    for (const { member, folder } of this.#addedFolders) {
      const found = this.#customizers.find((customizer) => samePath(customizer.folder, folder));
      if (found === undefined) continue;
      this.#report.add(
        'pth-adds-hook-folder',
        `${member} puts a folder on sys.path that holds ${found.member}, which Python would import at every start-up`,
        { member },
      );
    }
  }

  #candidate(path: string): Candidate | undefined {
    for (const landing of this.#locate(path)) {
      const kind = classify(landing, this.#project);
      if (kind === 'pth' || kind === 'start') return { kind, landing: landing.path.at(-1)! };
    }
    return undefined;
  }

  #lookAtPth(path: string, landing: string, bytes: Buffer): void {
    const member = shown(path);
    const evidence = { member, landing, sha256: digestOf(bytes) };
    const { decodable, executable, paths } = readPth(bytes);
    if (executable.length > 0)
      this.#report.add(
        'pth-executable',
        `${member} would run code at every Python start-up: ${shown(executable[0]!, 80)}`,
        { ...evidence, ...(isNspkgTemplate(bytes) && { template: 'setuptools-nspkg' }) },
      );
    else if (!decodable)
      this.#report.add(
        'pth-undecodable',
        `${member} is a start-up file that is not text`,
        evidence,
      );
    for (const line of paths) this.#noteFolder(path, line);
  }

  #lookAtStart(path: string, landing: string, bytes: Buffer): void {
    const [first] = readStart(bytes);
    if (first === undefined) return;
    const member = shown(path);
    this.#report.add(
      'start-file',
      `${member} would run code at every start-up of Python 3.15: ${shown(first, 80)}`,
      { member, landing, sha256: digestOf(bytes) },
    );
  }

  #addByPlace(kind: HookKind, path: string, landing: readonly string[]): void {
    const member = shown(path);
    const evidence = { member, landing: landing[0]! };
    if (kind === 'site-customize')
      this.#report.add(
        'site-customize',
        `${member} would be imported at every Python start-up`,
        evidence,
      );
    else if (kind === 'foreign-hook')
      this.#report.add(
        'foreign-hook',
        `${member} would take the place of a module that another project runs at start-up`,
        evidence,
      );
    else
      this.#report.add(
        'interpreter-shadow',
        `${member} would stand in for the Python interpreter`,
        evidence,
      );
  }

  #noteCustomizer(path: string, landing: readonly string[]): void {
    for (const [index, part] of landing.entries()) {
      if (!/^(site|user)customize(\.|$)/.test(foldedPart(part))) continue;
      this.#customizers.push({ member: shown(path), folder: landing.slice(0, index) });
      return;
    }
  }

  #noteFolder(path: string, line: string): void {
    const folder = line
      .replaceAll('\\', '/')
      .split('/')
      .filter((part) => part !== '' && part !== '.');
    const leaves = /^([/\\]|[A-Za-z]:)/.test(line) || folder.includes('..');
    const member = shown(path);
    if (leaves)
      this.#report.add(
        'pth-leaves-site-directory',
        `${member} puts a folder outside of the site directory on sys.path: ${shown(line, 80)}`,
        { member },
      );
    else this.#addedFolders.push({ member, folder });
  }
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return (
    a.length === b.length && a.every((part, index) => foldedPart(part) === foldedPart(b[index]!))
  );
}

function digestOf(bytes: Buffer) {
  return asSha256(createHash('sha256').update(bytes).digest());
}
