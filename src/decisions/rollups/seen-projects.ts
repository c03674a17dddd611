/** When each project was first asked for, for as many as there is room for: the first known are the first forgotten. */
export class SeenProjects {
  readonly #size: number;
  readonly #first: Map<string, number>;

  constructor(size: number, kept: readonly (readonly [string, number])[] = []) {
    this.#size = size;
    this.#first = new Map(kept);
  }

  note(project: string, time: number): void {
    if (this.#first.has(project)) return;
    this.#first.set(project, time);
    if (this.#first.size > this.#size) {
      const [oldest] = this.#first.keys();
      this.#first.delete(oldest!);
    }
  }

  /** Those that were first seen from an instant on, the newest first. @param most how many of them */
  since(time: number, most: number): { readonly project: string; readonly first: number }[] {
    const seen: { project: string; first: number }[] = [];
    // Of very many, few are new: no list of all is made.
    for (const [project, first] of this.#first) if (first >= time) seen.push({ project, first });
    return seen.slice(-most).reverse();
  }

  all(): [string, number][] {
    return [...this.#first];
  }
}
