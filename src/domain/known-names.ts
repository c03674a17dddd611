import type { ProjectName } from './project-name.js';

/** In which way one name can be taken for another. */
export type Likeness =
  /** It is the name: of a module of the standard library, which is no project. */
  | 'same'
  /** Only hyphens tell them apart. */
  | 'separators'
  /** The words are the same, in another order. */
  | 'word-order'
  /** Characters that look alike tell them apart: `1`, `l` and `i`, `0` and `o`, `rn` and `m`. */
  | 'look-alike'
  /** One character too many, too few or wrong, or two neighbours swapped. */
  | 'one-edit'
  /** A prefix or suffix such as `python-` or `3` tells them apart. */
  | 'affix';

/** A name that another one can be taken for. */
export interface NearName {
  readonly name: string;
  readonly likeness: Likeness;
  /** At least so many users install it here; undefined where that is not why it is known. */
  readonly users?: number | undefined;
  /** It is a module's of the standard library. */
  readonly isModule?: true | undefined;
}

/** Names that are known well enough to be imitated. */
export interface KnownNames {
  /** Milliseconds since 1970: others may be known from then on (Infinity: never). */
  readonly validUntil: number;
  /**
   * The known name that a project's can be taken for; undefined where there is none, or the project is known itself.
   * @param isNew whether the project is new for certain: then it is compared although it is in use
   */
  near(project: ProjectName, isNew: boolean): NearName | undefined;
}

export const NO_NAMES: KnownNames = { validUntil: Infinity, near: () => undefined };
