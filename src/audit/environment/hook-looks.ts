import type { Finding } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import { FindingList } from '../../inspection/finding-list.js';
import { landings } from '../../inspection/startup-hooks/landing.js';
import { areBareNamespaces } from '../../inspection/startup-hooks/namespace-place.js';
import { namespacesIn } from '../../inspection/startup-hooks/nspkg.js';
import { readingsOf } from '../../inspection/startup-hooks/path-lines.js';
import { powerOf } from '../../inspection/startup-hooks/powerful-names.js';
import { PthScanner } from '../../inspection/startup-hooks/pth-scanner.js';
import { StartupHooks } from '../../inspection/startup-hooks/startup-hooks.js';
import { WheelFiles } from '../../inspection/startup-hooks/wheel-files.js';
import type { FileReader } from './file-reader.js';
import type { SitePath } from './site-path.js';

/** A file with power over an interpreter's start, seen as one project's or as nobody's. */
export interface HookLook {
  readonly findings: readonly Finding[];
  /** Of a `.pth`: the content where it is short, and the lines that put folders on the import path. */
  readonly pth: { readonly content: Buffer; readonly paths: readonly string[] } | undefined;
}

/** Whether a file is worth a look: its name, or what may stand in it, has power at the start. */
export function mayBeHook(relative: string): boolean {
  return landings(relative).some(
    (landing) => landing.place === 'site' && powerOf(landing, undefined) !== undefined,
  );
}

/**
 * Looks at one file of a site folder as the gate's inspection would if the project's wheel brought it
 * (docs/what-is-inspected.md).
 * @param relative below the site folder
 * @param files what the same project has brought: where a namespace file is about more than folders, it is no
 * template any more
 * @returns undefined where it is no file that can be read: a folder, a pipe, a link to nowhere
 */
export async function lookAtHook(
  path: SitePath,
  relative: string,
  project: ProjectName | undefined,
  reader: FileReader,
  files: readonly { readonly path: string }[] = [],
): Promise<HookLook | undefined> {
  const known = await reader.facts(path);
  if (known.kind !== 'file') return undefined;
  const list = new FindingList();
  const hooks = new StartupHooks(nobodysWheel(project), list);
  const look = hooks.see(relative);
  const scanner = isPth(relative) ? new PthScanner() : undefined;
  const sinks = [...(look?.sinks ?? []), scanner].filter((sink) => sink !== undefined);
  const facts = await reader.read(path, sinks);
  if (facts.kind !== 'file') return undefined;
  look?.finish(facts.sha256);
  const pth = scanner?.finish();
  const packages = pth?.content && namespacesIn(pth.content);
  const isBare = packages === undefined || areBareNamespaces(packages, WheelFiles.of(files));
  return {
    findings: isBare ? list.all : list.all.map(({ template: _not, ...finding }) => finding),
    pth: pth && {
      content: pth.content ?? Buffer.of(),
      paths: pth.lines.flatMap(({ text }) => readingsOf(text)),
    },
  };
}

function isPth(relative: string): boolean {
  return /^[^/]+\.pth$/i.test(relative);
}

function nobodysWheel(project: ProjectName | undefined) {
  return {
    filename: '',
    kind: 'wheel',
    format: 'zip',
    project,
    version: undefined,
    build: undefined,
    variant: undefined,
  } as const;
}
