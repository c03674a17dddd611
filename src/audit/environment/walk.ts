import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { osPath, type SitePath } from './site-path.js';

export interface SiteEntry {
  readonly path: SitePath;
  /** `special`: a pipe, a socket, a device. Links are not followed. */
  readonly kind: 'file' | 'link' | 'special';
}

export interface SiteListing {
  /** Sorted by path. */
  readonly entries: readonly SiteEntry[];
  /** All folders, including the site folder. */
  readonly folders: readonly SitePath[];
  /** Unreadable folders, with the error's code. */
  readonly unreadable: readonly { readonly path: SitePath; readonly why: string }[];
}

/**
 * Lists a site folder recursively without following links, which avoids loops and other disks. A file that disappears
 * meanwhile is omitted.
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
  // The file system's order varies; a report's order must not.
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, folders: folders.sort(), unreadable };
}

function kindOf(child: Dirent<Buffer>): SiteEntry['kind'] {
  if (child.isFile()) return 'file';
  return child.isSymbolicLink() ? 'link' : 'special';
}
