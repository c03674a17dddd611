import type { Sha256 } from '../../domain/digest.js';
import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { ProjectName } from '../../domain/project-name.js';
import { hookLine } from '../../messages/refusals.js';
import type { ContentSink } from '../archive/content.js';
import { foldPath } from '../archive/member-name.js';
import type { FindingList } from '../finding-list.js';
import { powerInAdded } from './added-power.js';
import { BroughtModules } from './brought-modules.js';
import { Beginning } from './excerpts.js';
import { HookPaths } from './hook-paths.js';
import { type Landing, landings } from './landing.js';
import { areBareNamespaces } from './namespace-place.js';
import { namespacesIn } from './nspkg.js';
import { isOrdinary } from './ordinary-paths.js';
import { type Power, powerOf } from './powerful-names.js';
import { type PthFacts, PthScanner, StartScanner } from './pth-scanner.js';
import { powerInSdist } from './sdist-hooks.js';
import { DEEPEST_NAMESPACE, StartPlaceList } from './start-place-list.js';
import { WheelFiles } from './wheel-files.js';
import { ZipTail } from './zip-tail.js';

/** Characters that no system opens as one path. */
const LONGEST_PATH = 4096;

/** The reading of one member's content for hooks; `finish` receives the content's digest. */
export interface HookLook {
  readonly sinks: readonly ContentSink[];
  finish(sha256: Sha256): void;
}

/**
 * Finds files that run at an interpreter's start once the artifact is installed (docs/what-is-inspected.md). Pass it
 * every member and the requested contents, then call `finish`.
 */
export class StartupHooks {
  /** The importable modules of the artifact: the policy knows which of them other projects' hooks import. */
  readonly modules = new BroughtModules();
  /** The places through which another artifact can run code together with this one. */
  readonly places: StartPlaceList;
  readonly #artifact: DistributionFilename;
  readonly #findings: FindingList;
  /** Undefined if no `.pth` of the artifact is installed into a site directory. */
  readonly #wheel: WheelFiles | undefined;
  readonly #paths: HookPaths | undefined;

  /** @param files all files of a wheel: the effect of a `.pth` depends on the others */
  constructor(
    artifact: DistributionFilename,
    findings: FindingList,
    files: readonly { readonly path: string }[] = [],
  ) {
    this.#artifact = artifact;
    this.#findings = findings;
    this.places = new StartPlaceList(artifact.project);
    this.#wheel = artifact.kind === 'sdist' ? undefined : WheelFiles.of(files);
    this.#paths = this.#wheel && new HookPaths(findings, this.#wheel, this.places);
  }

  /**
   * Takes note of a file.
   * @returns the look that it needs, or undefined
   */
  see(member: string): HookLook | undefined {
    if (this.#artifact.kind === 'sdist') return this.#seeInSdist(member);
    if (isOrdinary(member)) {
      this.modules.seeOrdinary(member);
      this.places.seeOrdinary(member);
      return this.#paths && this.#lookInAdded(member, landings(member), this.#paths);
    }
    const places = landings(member);
    for (const { place, path } of places)
      if (place === 'site') {
        this.modules.see(path);
        this.places.see(path);
      }
    const looks = [
      this.#paths && this.#lookInAdded(member, places, this.#paths),
      ...this.#looksByPower(member, places),
    ].filter((look) => look !== undefined);
    return looks.length < 2 ? looks[0] : together(looks);
  }

  /** One reading per effect: a finding about the place is independent of the content's effect at another place. */
  #looksByPower(member: string, places: readonly Landing[]): HookLook[] {
    const looks = new Map<string, HookLook>();
    for (const landing of places) {
      const power = powerOf(landing, this.#artifact.project);
      if (power === undefined) continue;
      const key = power.kind === 'finding' ? power.code : power.kind;
      if (looks.has(key)) continue;
      const isNamed = power.kind === 'finding';
      looks.set(
        key,
        isNamed ? this.#tell(power, member, landing) : this.#look(power, member, landing),
      );
    }
    return [...looks.values()];
  }

  /** The effect of a file in a folder that a `.pth` line adds; these folders are known only at the end. */
  #lookInAdded(member: string, places: readonly Landing[], paths: HookPaths): HookLook | undefined {
    const landed = pathsOf(member, places);
    const why = firstPower(landed, this.#artifact.project);
    if (why === undefined) return undefined;
    const name = nameOf(member);
    return {
      sinks: [],
      finish: (sha256) => paths.seePowerful({ member, name, paths: landed, sha256, why }),
    };
  }

  /**
   * Ask for it once all members were seen: a file that a line of a `.pth` may lead to must be no archive.
   * @returns the look that it needs, or undefined
   */
  lookAgain(member: string): HookLook | undefined {
    const paths = this.#paths;
    if (paths?.addsAny !== true) return undefined;
    const places = landings(member);
    const landed = pathsOf(member, places);
    if (!paths.reaches(landed)) return undefined;
    const tail = new ZipTail();
    const name = nameOf(member);
    const why = 'is a zip archive despite its name';
    return {
      sinks: [tail],
      finish: (sha256) => {
        if (tail.isZip()) paths.seePowerful({ member, name, paths: landed, sha256, why });
      },
    };
  }

  /** A finding by name alone. Each file has one, because the policy has exceptions file by file. */
  #tell(power: Extract<Power, { kind: 'finding' }>, member: string, landing: Landing): HookLook {
    const beginning = new Beginning();
    return {
      sinks: [beginning],
      finish: (sha256) => {
        const excerpt = beginning.excerpt();
        this.#findings.add(power.code, `${member} ${power.why}`, {
          member,
          sha256,
          landing: landing.name,
          excerpt,
        });
      },
    };
  }

  /** Reports problems that require all members. */
  finish(): void {
    this.#paths?.finish(this.modules);
  }

  #seeInSdist(member: string): HookLook | undefined {
    const found = powerInSdist(member);
    if (found === undefined) return undefined;
    const { power, landing } = found;
    return power.kind === 'finding'
      ? this.#tell(power, member, landing)
      : this.#look(power, member, landing);
  }

  #look(power: Exclude<Power, { kind: 'finding' }>, member: string, landing: Landing): HookLook {
    if (power.kind === 'start') {
      const scanner = new StartScanner();
      return {
        sinks: [scanner],
        finish: (sha256) => {
          const { first, callable } = scanner.finish();
          // In an sdist, a file of this name may be anything; it counts only if it names a callable.
          if (first !== undefined && (callable || this.#artifact.kind !== 'sdist'))
            this.#findings.add(
              'start-file',
              `line ${first.number} of ${member} runs at every start of Python 3.15: ${first.quoted}`,
              { member, sha256, landing: landing.name, excerpt: first.excerpt },
            );
        },
      };
    }
    const scanner = new PthScanner();
    const beginning = new Beginning();
    return {
      sinks: [scanner, beginning],
      finish: (sha256) =>
        this.#judgePth(scanner.finish(), { member, sha256, landing: landing.name }, beginning),
    };
  }

  #judgePth(
    facts: PthFacts,
    where: { readonly member: string; readonly sha256: Sha256; readonly landing: string },
    beginning: Beginning,
  ): void {
    const { member } = where;
    if (facts.executable !== undefined) {
      const { number, quoted, excerpt } = facts.executable;
      const isGenerated = this.#isNamespaceFile(facts.content);
      this.#findings.add('pth-executable', hookLine(number, member, quoted), {
        ...where,
        excerpt,
        ...(isGenerated && { template: 'setuptools-nspkg' }),
      });
    }
    const evidence = { ...where, excerpt: beginning.excerpt() };
    if (this.#artifact.kind === 'sdist') return;
    if (facts.undecodable)
      this.#findings.add('pth-undecodable', `${member} is not UTF-8 text`, evidence);
    if (facts.content === undefined || facts.lines.some(({ text }) => text.length > LONGEST_PATH))
      this.#findings.add(
        'pth-line-too-long',
        `${member} is too long or has a line that is too long`,
        evidence,
      );
    this.#paths?.seePth(facts, where);
  }

  /** Whether a file is setuptools' namespace file, without any other effect. */
  #isNamespaceFile(content: Buffer | undefined): boolean {
    const packages = content && namespacesIn(content);
    if (packages === undefined || !areBareNamespaces(packages, this.#wheel)) return false;
    if (packages.some((names) => names.length > DEEPEST_NAMESPACE)) return false;
    // It creates these modules at the start: any hook that imports one receives it.
    for (const [top] of packages) this.modules.add(top!.toLowerCase());
    for (const names of packages) this.places.openNamespace(names);
    return true;
  }
}

/** Everything below which a line may name a folder, folded: headers land in no place that is known. */
function pathsOf(member: string, places: readonly Landing[]): (readonly string[])[] {
  return [...places.map(({ path }) => path), foldPath(member).split('/')];
}

function nameOf(member: string): string {
  return member.slice(member.lastIndexOf('/') + 1);
}

/** The description of a file's effect on any folder of the import path. */
function firstPower(
  paths: readonly (readonly string[])[],
  project: ProjectName | undefined,
): string | undefined {
  for (const path of paths)
    for (let depth = 1; depth < path.length; depth++) {
      const why = powerInAdded(path, depth, project);
      if (why !== undefined) return why;
    }
  return undefined;
}

function together(looks: readonly HookLook[]): HookLook {
  return {
    sinks: looks.flatMap(({ sinks }) => sinks),
    finish: (sha256) => {
      for (const look of looks) look.finish(sha256);
    },
  };
}
