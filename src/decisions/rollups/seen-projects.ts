/** So many of the newest are known in their order. */
const NEWEST = 50;

/** When each project was first asked for, for as many as there is room for: the first known are the first forgotten. */
export class SeenProjects {
  readonly #size: number;
  readonly #first: Map<string, number>;
  /** The most recent ones, the oldest first: avoids sorting a long list for a few. */
  readonly #newest: { readonly project: string; readonly first: number }[];

  constructor(size: number, kept: readonly (readonly [string, number])[] = []) {
    this.#size = size;
    this.#first = new Map(kept);
    this.#newest = kept.slice(-NEWEST).map(([project, first]) => ({ project, first }));
  }

  note(project: string, time: number): void {
    if (this.#first.has(project)) return;
    this.#first.set(project, time);
    this.#newest.push({ project, first: time });
    if (this.#newest.length > NEWEST) this.#newest.shift();
    if (this.#first.size > this.#size) {
      const [oldest] = this.#first.keys();
      this.#first.delete(oldest!);
    }
  }

  /** Those first seen since an instant, the newest first; at most fifty. */
  since(time: number): { readonly project: string; readonly first: number }[] {
    return this.#newest.filter(({ first }) => first >= time).reverse();
  }

  all(): [string, number][] {
    return [...this.#first];
  }
}
