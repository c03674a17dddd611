import type { Sha256 } from '../../domain/digest.js';
import type { DistributionFilename } from '../../domain/distribution-filename.js';
import { type ContentSink, Held } from '../archive/content.js';
import { foldPath, normalisePath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { HookPaths } from './hook-paths.js';
import { type Landing, landings } from './landing.js';
import { isSetuptoolsNspkg, NSPKG_MAX_BYTES } from './nspkg.js';
import { isOrdinary } from './ordinary-paths.js';
import { isCustomize, type Power, powerOf } from './powerful-names.js';
import { type PthFacts, PthScanner, StartScanner } from './pth-scanner.js';

/** Below an sdist's own folder: where builders look for modules (setuptools' layouts, and the older `lib`). */
const SOURCE_FOLDERS: ReadonlySet<string> = new Set(['src', 'lib']);
const CUSTOMIZED_BY_BUILD = {
  kind: 'finding',
  code: 'site-customize',
  why: 'is imported at every Python start once it is built and installed',
} as const;

/** A look at one member's content, on behalf of the hooks; `finish` is told the content's digest. */
export interface HookLook {
  readonly sinks: readonly ContentSink[];
  finish(sha256: Sha256): void;
}

/**
 * Finds what would run at an interpreter's start once the artifact is installed (design, section 3).
 * Tell it of every member, feed it those it wants to look at, then let it finish.
 */
export class StartupHooks {
  readonly #artifact: DistributionFilename;
  readonly #findings: FindingList;
  readonly #paths: HookPaths;
  readonly #told = new Set<string>();

  constructor(artifact: DistributionFilename, findings: FindingList) {
    this.#artifact = artifact;
    this.#findings = findings;
    this.#paths = new HookPaths(findings);
  }

  /**
   * Takes note of a file.
   * @param size inflated bytes, as declared
   * @returns the look that it needs, or undefined
   */
  see(member: string, size: number): HookLook | undefined {
    if (this.#artifact.kind === 'sdist') return this.#seeInSdist(member, size);
    if (isOrdinary(member)) return undefined;
    const places = landings(member);
    this.#paths.seeMember(places);
    // What a place forbids says nothing of what the content does at another one.
    const powers = new Map<string, HookLook>();
    for (const landing of places) {
      const power = powerOf(landing, this.#artifact.project);
      if (power === undefined) continue;
      const key = power.kind === 'finding' ? power.code : power.kind;
      if (powers.has(key)) continue;
      const isNamed = power.kind === 'finding';
      powers.set(
        key,
        isNamed ? this.#tell(power, member, landing) : this.#look(power, member, landing, size),
      );
    }
    if (powers.size === 0) return undefined;
    const looks = [...powers.values()];
    return {
      sinks: looks.flatMap((look) => look.sinks),
      finish: (sha256) => {
        for (const look of looks) look.finish(sha256);
      },
    };
  }

  /** A finding by name alone; a folder of one power is told of once. */
  #tell(power: Extract<Power, { kind: 'finding' }>, member: string, landing: Landing): HookLook {
    const key = `${power.code} ${landing.path[0]}`;
    const isNews = !this.#told.has(key);
    this.#told.add(key);
    return {
      sinks: [],
      finish: (sha256) => {
        if (isNews)
          this.#findings.add(power.code, `${member} ${power.why}`, {
            member,
            sha256,
            landing: landing.name,
          });
      },
    };
  }

  /** Reports what only the members together tell. */
  finish(): void {
    this.#paths.finish();
  }

  /**
   * Building an sdist runs its code anyway, so this is best effort: any hook in it, wherever it lies; and the
   * modules that builders take for the top of the import path, since installers turn to the sdist of a release
   * whose wheel is refused for them.
   */
  #seeInSdist(member: string, size: number): HookLook | undefined {
    const path = normalisePath(member.replaceAll('\\', '/')).split('/');
    const name = path.at(-1) ?? '';
    const folded = foldPath(name);
    const landing: Landing = { place: 'site', path: [folded], name };
    const top = path.slice(SOURCE_FOLDERS.has(foldPath(path[1] ?? '')) ? 2 : 1).map(foldPath);
    if (isCustomize(top))
      return this.#tell(CUSTOMIZED_BY_BUILD, member, { place: 'site', path: top, name });
    // A colon names a stream of the file before it on Windows.
    const names = [folded, foldPath(name.replace(/:.*$/s, ''))];
    for (const kind of ['pth', 'start'] as const)
      if (names.some((one) => one.endsWith(`.${kind}`)))
        return this.#look({ kind }, member, landing, size);
    return undefined;
  }

  #look(
    power: Exclude<Power, { kind: 'finding' }>,
    member: string,
    landing: Landing,
    size: number,
  ): HookLook {
    if (power.kind === 'start') {
      const scanner = new StartScanner();
      return {
        sinks: [scanner],
        finish: (sha256) => {
          const { first, callable } = scanner.finish();
          // In an sdist a file of this name may be anything; only what names something to call is one.
          if (first !== undefined && (callable || this.#artifact.kind !== 'sdist'))
            this.#findings.add(
              'start-file',
              `line ${first.number} of ${member} is called at every start of Python 3.15: ${first.excerpt}`,
              { member, sha256, landing: landing.name },
            );
        },
      };
    }
    const scanner = new PthScanner();
    const held = size <= NSPKG_MAX_BYTES ? new Held() : undefined;
    return {
      sinks: held === undefined ? [scanner] : [scanner, held],
      finish: (sha256) =>
        this.#judgePth(scanner.finish(), held?.bytes, member, landing.name, sha256),
    };
  }

  #judgePth(
    facts: PthFacts,
    content: Buffer | undefined,
    member: string,
    landing: string,
    sha256: Sha256,
  ): void {
    const evidence = { member, sha256, landing };
    if (facts.executable !== undefined) {
      const { number, excerpt } = facts.executable;
      const generated = content !== undefined && isSetuptoolsNspkg(content);
      this.#findings.add(
        'pth-executable',
        `line ${number} of ${member} is executed at every Python start: ${excerpt}`,
        generated ? { ...evidence, template: 'setuptools-nspkg' } : evidence,
      );
    }
    if (this.#artifact.kind === 'sdist') return;
    if (facts.undecodable)
      this.#findings.add('pth-undecodable', `${member} is not UTF-8 text`, evidence);
    if (facts.unjudged)
      this.#findings.add('pth-line-too-long', `${member} has too long or too many lines`, evidence);
    this.#paths.seePth(member, facts.paths, evidence);
  }
}
