import type { ProjectName } from './project-name.js';

/** The kinds of similarity between names. */
export type Likeness =
  /** It is the name: of a module of the standard library, which is no project. */
  | 'same'
  /** They differ only in hyphens. */
  | 'separators'
  /** The words are the same, in another order. */
  | 'word-order'
  /** They differ only in characters that look alike: `1`, `l` and `i`, `0` and `o`, `rn` and `m`. */
  | 'look-alike'
  /** One extra, missing or wrong character, or two swapped neighbours. */
  | 'one-edit'
  /** They differ in a prefix or suffix such as `python-` or `3`. */
  | 'affix';

/** A known name that another name resembles. */
export interface NearName {
  readonly name: string;
  readonly likeness: Likeness;
  /** The minimum number of local users; undefined if it is known for another reason. */
  readonly users?: number | undefined;
  /** It is a module's of the standard library. */
  readonly isModule?: true | undefined;
}

/** Names that are known well enough to be imitated. */
export interface KnownNames {
  /** Milliseconds since 1970: the known names may change then (Infinity: never). */
  readonly validUntil: number;
  /**
   * The known name that a project's name resembles; undefined if there is none, or the project is known itself.
   * @param isNew whether the project is certainly new: it is then compared even if it is in use
   */
  near(project: ProjectName, isNew: boolean): NearName | undefined;
}

export const NO_NAMES: KnownNames = { validUntil: Infinity, near: () => undefined };
