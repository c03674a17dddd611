import { foldedPart } from '../member-path.js';
import type { Landing } from './landing.js';

/**
 * Where a member of an sdist could land, as far as one can tell without building it. A `.pth` counts wherever
 * it lies: `data_files` and build scripts can put it anywhere. Modules count where builds take top-level
 * modules from: the sdist's own folder, and `src` in it.
 */
export function sdistLandings(path: string): Landing[] {
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1);
  if (name === undefined) return [];
  if (foldedPart(name).endsWith('.pth')) return [{ kind: 'site', path: [name] }];
  const below = parts.slice(1);
  const top = below[0] === 'src' ? below.slice(1) : below;
  return top.length === 0 ? [] : [{ kind: 'site', path: top }];
}
