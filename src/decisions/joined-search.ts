import type { LogPiece, SearchBack } from './reader.js';

/** A log among several, and how far it was read. */
interface Chain {
  readonly pieces: AsyncIterator<LogPiece>;
  /** Results from this time are complete, in milliseconds since 1970. */
  reached: number;
}

/** Searches several logs as one, from the newest back: always the one that was read the least far. */
export class JoinedSearch implements SearchBack {
  readonly isJoined = true;
  readonly #searches: readonly SearchBack[];
  readonly #missing: readonly string[];

  /** @param missing the known gaps of all searches, a sentence each */
  constructor(searches: readonly SearchBack[], missing: readonly string[]) {
    this.#searches = searches;
    this.#missing = missing;
  }

  get gaps(): readonly string[] {
    return [...this.#searches.flatMap(({ gaps }) => gaps), ...this.#missing];
  }

  async reachesBackTo(): Promise<string | undefined> {
    const times = await Promise.all(this.#searches.map((search) => search.reachesBackTo()));
    return times.filter((time) => time !== undefined).sort()[0];
  }

  async *pieces(): AsyncGenerator<LogPiece> {
    let chains = this.#searches.map(
      (search): Chain => ({
        pieces: search.pieces()[Symbol.asyncIterator](),
        reached: Number.POSITIVE_INFINITY,
      }),
    );
    try {
      while (chains.length > 0) {
        const chain = chains.reduce((a, b) => (b.reached > a.reached ? b : a));
        const { done, value: piece } = await chain.pieces.next();
        if (done === true) {
          chains = chains.filter((one) => one !== chain);
          continue;
        }
        const { reached = piece.begins } = piece;
        // If a log does not know its start, the next one determines it.
        if (reached < chain.reached) chain.reached = reached;
        yield { ...piece, reached: Math.max(...chains.map((one) => one.reached)) };
      }
    } finally {
      await Promise.all(chains.map(({ pieces }) => pieces.return?.()));
    }
  }
}
