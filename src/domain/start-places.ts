/**
 * Places below a site directory through which two artifacts together run code at every start, although each is harmless
 * alone. One **opens** a place: Python searches it at every start. Another one **fills** it.
 *
 * - `folder/`: a line of a `.pth` adds it to the import path. It is filled by `sitecustomize` and other modules that
 *   every start imports.
 * - `name`, `name/below`: setuptools' namespace file loads this module at every start. A native module fills it,
 *   because loading one runs its code.
 *
 * Folded to one case, with `/` between folders.
 */
export interface StartPlaces {
  readonly opens: readonly string[];
  readonly fills: readonly string[];
  /** Set if the artifact has more places than are listed. */
  readonly cut?: true;
}

/** Checks the structure of stored places. */
export function isStartPlaces(value: unknown): value is StartPlaces {
  if (typeof value !== 'object' || value === null) return false;
  const { opens, fills } = value as Partial<StartPlaces>;
  return [opens, fills].every(
    (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
  );
}
