import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../domain/finding.js';
import { foldPath } from '../../inspection/archive/member-name.js';
import { isCustomize } from '../../inspection/startup-hooks/powerful-names.js';
import { type AuditFinding, auditFinding } from '../report.js';
import type { InstalledDistribution } from './distributions.js';
import type { FileReader } from './file-reader.js';
import { lookAtHook, mayBeHook } from './hook-looks.js';
import { below, osPath, resolveIn, type SitePath, shownPath, sitePath } from './site-path.js';

export interface AddedFolder {
  /** The `startup-hook` finding for the policy: code in that folder that Python would run. */
  readonly hook: Finding | undefined;
  readonly notes: readonly AuditFinding[];
}

/**
 * Follows one line of a `.pth` that adds a folder to the import path. Python imports `sitecustomize` from any such
 * folder; a `.pth` in it runs only if code makes it a site folder, so is a note.
 * @param line the line from the file, without surrounding white space
 */
export async function followPathLine(
  line: string,
  pth: SitePath,
  site: SitePath,
  owner: InstalledDistribution | undefined,
  reader: FileReader,
): Promise<AddedFolder> {
  const folder = resolveIn(site, sitePath(line));
  const about = {
    path: shownPath(pth),
    project: owner?.project,
    version: owner?.version,
  };
  const leads = `${shownPath(pth)} puts ${shownPath(folder)} on the import path`;
  const hook = (why: string): Finding => ({
    code: 'pth-adds-hook-folder',
    rule: 'startup-hook',
    detail: `${leads}, ${why}`,
    member: shownPath(pth),
  });
  let found: Stats;
  try {
    found = await stat(osPath(folder));
  } catch (error) {
    const gone = /^(?:ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '');
    return { hook: gone ? undefined : hook('which cannot be read'), notes: [] };
  }
  if (!found.isDirectory())
    return { hook: hook('an archive, which may contain a sitecustomize'), notes: [] };
  const names = await readdir(osPath(folder), { encoding: 'buffer' }).catch(() => undefined);
  if (names === undefined) return { hook: hook('which cannot be read'), notes: [] };
  const children = names.map((name) => name.toString('latin1'));
  const customize = children.find(
    (name) => isCustomize([foldPath(name)]) || isCustomize([foldPath(name), 'x']),
  );
  const notes: AuditFinding[] = [];
  if (below(site, folder) === undefined && folder !== site && !isSourceOf(owner, folder))
    notes.push(auditFinding('path-added', leads, about));
  for (const name of children) {
    if (!/\.(?:pth|start)$/i.test(name) || !mayBeHook(name) || folder === site) continue;
    const look = await lookAtHook(`${folder}/${name}` as SitePath, name, undefined, reader);
    const nested = look?.findings.find(({ code }) => /^(?:pth-executable|start-file)$/.test(code));
    if (nested !== undefined)
      notes.push(auditFinding('nested-hook', `${leads}, where ${nested.detail}`, about));
  }
  return {
    hook: customize === undefined ? undefined : hook(`which contains ${shownPath(customize)}`),
    notes,
  };
}

/** Whether the folder contains the source of the editable install that the `.pth` belongs to. */
function isSourceOf(owner: InstalledDistribution | undefined, folder: SitePath): boolean {
  if (owner?.direct?.editable !== true) return false;
  try {
    const source = sitePath(fileURLToPath(owner.direct.url)).replace(/\/+$/, '') as SitePath;
    return folder === source || below(source, folder) !== undefined;
  } catch {
    return false;
  }
}
