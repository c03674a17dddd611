import { foldPath, normalisePath } from '../archive/member-name.js';
import type { Landing } from './landing.js';
import { isCustomize, type Power } from './powerful-names.js';

/** Folders where builders search for modules: setuptools' layouts, and the older `lib`. */
const SOURCE_FOLDERS: ReadonlySet<string> = new Set(['src', 'lib']);
const CUSTOMIZED_BY_BUILD = {
  kind: 'finding',
  code: 'site-customize',
  why: 'is imported at every Python start after it is built and installed',
} as const;

/**
 * The effect of an sdist's member. Building an sdist runs its code anyway, so this is best effort: any hook in it, in
 * any folder; and the modules that builders treat as top-level, since installers fall back to the sdist of a release
 * whose wheel is refused for them.
 */
export function powerInSdist(
  member: string,
): { readonly power: Power; readonly landing: Landing } | undefined {
  const path = normalisePath(member.replaceAll('\\', '/')).split('/');
  const name = path.at(-1) ?? '';
  const folded = path.map(foldPath);
  // Installers strip the folder that contains all members; without one, they use the archive's paths.
  for (const reading of [folded.slice(1), folded]) {
    const top = SOURCE_FOLDERS.has(reading[0] ?? '') ? reading.slice(1) : reading;
    if (isCustomize(top))
      return { power: CUSTOMIZED_BY_BUILD, landing: { place: 'site', path: top, name } };
  }
  // A colon names a stream of the file before it on Windows.
  const names = [folded.at(-1) ?? '', foldPath(name.replace(/:.*$/s, ''))];
  for (const kind of ['pth', 'start'] as const)
    if (names.some((one) => one.endsWith(`.${kind}`)))
      return { power: { kind }, landing: { place: 'site', path: [names[0]!], name } };
  return undefined;
}
