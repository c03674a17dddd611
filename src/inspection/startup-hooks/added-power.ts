import type { ProjectName } from '../../domain/project-name.js';
import { importPaths, moduleAt } from './module-names.js';
import { OWNED_MODULES, ownerOf } from './owned-modules.js';
import { howCustomizeRuns, isCustomize } from './powerful-names.js';
import { powerOfReserved, RESERVED_MODULES } from './reserved-modules.js';

/** Coarser than `powerInAdded`, and never more permissive: one check of an ASCII path. */
const TELLING = new RegExp(
  String.raw`(?:^|[/\\])(?:${[
    'sitecustomize',
    'usercustomize',
    '__editable__[^/]*',
    '_editable_impl_[^/]*',
    String.raw`_\w+_editable(?:_loader)?`,
    ...OWNED_MODULES,
    ...RESERVED_MODULES,
  ].join('|')})(?:[./\\]|$)`,
  'i',
);

/** Whether `powerInAdded` may have an answer for a member. */
export function mayHavePowerInAdded(memberPath: string): boolean {
  return TELLING.test(memberPath);
}

/**
 * The description of a file's effect if the first `depth` folders of its path are added to the import path.
 * @param path below a site directory, folded
 */
export function powerInAdded(
  path: readonly string[],
  depth: number,
  project: ProjectName | undefined,
): string | undefined {
  for (const below of importPaths(path.slice(depth))) {
    if (isCustomize(below)) return howCustomizeRuns(below);
    const owner = ownerOf(moduleAt(below) ?? '');
    if (owner !== undefined && owner !== project)
      return `is a module of ${owner} that is imported at start-up`;
    const reserved = powerOfReserved(below, project);
    if (reserved !== undefined) return reserved.why;
  }
  return undefined;
}
