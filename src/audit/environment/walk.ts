import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { osPath, type SitePath } from './site-path.js';

export interface SiteEntry {
  readonly path: SitePath;
  /** `special`: a pipe, a socket, a device. Links are not followed. */
  readonly kind: 'file' | 'link' | 'special';
}

export interface SiteListing {
  /** By path. */
  readonly entries: readonly SiteEntry[];
  /** Every folder, the site folder among them. */
  readonly folders: readonly SitePath[];
  /** Folders that could not be read, with the error's code. */
  readonly unreadable: readonly { readonly path: SitePath; readonly why: string }[];
}

/**
 * Lists a site folder to its bottom, links not followed, so that no loop and no other disk is walked. What
 * vanishes meanwhile is left out.
 */
export async function listSite(site: SitePath): Promise<SiteListing> {
  const entries: SiteEntry[] = [];
  const folders: SitePath[] = [];
  const unreadable: { path: SitePath; why: string }[] = [];
  const waiting = [site];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    let children: Dirent<Buffer>[];
    try {
      children = await readdir(osPath(folder), { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? 'failed';
      if (why !== 'ENOENT' || folder === site) unreadable.push({ path: folder, why });
      continue;
    }
    folders.push(folder);
    for (const child of children) {
      const path = `${folder}/${child.name.toString('latin1')}` as SitePath;
      if (child.isDirectory()) waiting.push(path);
      else entries.push({ path, kind: kindOf(child) });
    }
  }
  // The file system has an order of its own; a report has one that stays.
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, folders: folders.sort(), unreadable };
}

function kindOf(child: Dirent<Buffer>): SiteEntry['kind'] {
  if (child.isFile()) return 'file';
  return child.isSymbolicLink() ? 'link' : 'special';
}
