import type { Finding } from '../../domain/finding.js';
import type { ProjectName } from '../../domain/project-name.js';
import { foldPath } from '../../inspection/archive/member-name.js';
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

/** A file that can run code at the interpreter's start, as a file of one project or without an owner. */
export interface HookLook {
  readonly findings: readonly Finding[];
  /** For a `.pth`: the content if it is short, and the lines that add folders to the import path. */
  readonly pth: { readonly content: Buffer; readonly paths: readonly string[] } | undefined;
}

/** Whether a file must be inspected: its name or its content may run code at the start. */
export function mayBeHook(relative: string): boolean {
  return landings(relative).some(
    (landing) => landing.place === 'site' && powerOf(landing, undefined) !== undefined,
  );
}

/**
 * Inspects one file of a site folder by the rules for a wheel of the project (docs/what-is-inspected.md).
 * @param relative below the site folder
 * @param files the project's other files, because a namespace file that does more than add folders is no longer a
 * template
 * @param natives the native modules in the site folder: a namespace file runs the one with its namespace's name
 * @returns undefined if it is not a readable file: a folder, a pipe, a broken link
 */
export async function lookAtHook(
  path: SitePath,
  relative: string,
  project: ProjectName | undefined,
  reader: FileReader,
  files: readonly { readonly path: string }[] = [],
  natives: ReadonlySet<string> = new Set(),
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
  const native = packages?.map(foldedPlace).find((place) => natives.has(place));
  const isBare = packages === undefined || areBareNamespaces(packages, WheelFiles.of(files));
  return {
    findings:
      isBare && native === undefined
        ? list.all
        : list.all.map((one) => withoutTemplate(one, native)),
    pth: pth && {
      content: pth.content ?? Buffer.of(),
      paths: pth.lines.flatMap(({ text }) => readingsOf(text)),
    },
  };
}

function foldedPlace(names: readonly string[]): string {
  return foldPath(names.join('/'));
}

/** @param native the module that the namespace file runs, with slashes */
function withoutTemplate(
  { template: _, ...finding }: Finding,
  native: string | undefined,
): Finding {
  if (native === undefined) return finding;
  const detail = `${finding.detail}, and runs the native module ${native.replaceAll('/', '.')}`;
  return { ...finding, detail };
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
