import { parseSha256 } from '../../domain/digest.js';
import { parseProjectName } from '../../domain/project-name.js';
import { type Linked, shortIdOf } from '../../domain/short-id.js';
import type { RefusedGroup } from '../rollups/refused-groups.js';

/** No short id means more. */
const MOST = 8;

/** Finds refused files by their short ids. */
export class LinkedFiles {
  /** For files of unknown digest: a digest of their names would dominate the time. */
  readonly #byNames = new WeakMap<RefusedGroup, string>();

  find(shortId: string, groups: readonly RefusedGroup[]): readonly Linked[] {
    const found = new Map<string, Linked>();
    for (const group of groups) {
      if (found.size === MOST) break;
      if (this.#idOf(group) !== shortId) continue;
      const linked = linkedOf(group);
      if (linked !== undefined) found.set(`${linked.project}/${linked.filename}`, linked);
    }
    return [...found.values()];
  }

  #idOf(group: RefusedGroup): string | undefined {
    // Another's log may hold anything there.
    if (group.sha256 !== undefined) return String(group.sha256).slice(0, 10);
    const known = this.#byNames.get(group);
    if (known !== undefined) return known;
    const linked = linkedOf(group);
    const id = linked === undefined ? '' : shortIdOf(linked);
    this.#byNames.set(group, id);
    return id;
  }
}

/** Undefined if the record has no valid project. */
function linkedOf({ project: name, filename, sha256 }: RefusedGroup): Linked | undefined {
  const project = parseProjectName(name);
  if (project === undefined) return undefined;
  return { project, filename: filename.replace(/\.metadata$/, ''), sha256: parseSha256(sha256) };
}
