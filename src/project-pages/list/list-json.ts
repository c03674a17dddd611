import { checkPiece, MAX_PIECE } from '../../upstream/pages/page-limits.js';

/** Characters that are parsed in one go. */
const PIECE = 64 * 1024;
/** The number of attempted element ends before the list counts as unusual. */
const MAX_TRIES = 16;

/**
 * Reads the names of a list of projects in JSON (PEP 691) while it arrives, without holding all of it. Like a page's
 * JSON (`json-in-turns.ts`): text between two brackets that parses ends with an element.
 */
export class ListJson {
  readonly #onName: (name: string) => void;
  #text = '';
  #isInside = false;

  constructor(onName: (name: string) => void) {
    this.#onName = onName;
  }

  /** @throws {SyntaxError | PageTooLarge} */
  write(piece: string): void {
    this.#text += piece;
    if (!this.#isInside && !this.#enter()) return checkPiece(this.#text.length);
    while (this.#text.length > 2 * PIECE) if (!this.#takePiece()) return;
  }

  /** @throws {SyntaxError | PageTooLarge} if it is not a list, or was cut off */
  end(): void {
    checkPiece(this.#text.length);
    const rest: unknown = JSON.parse((this.#isInside ? '{"projects":[' : '') + this.#text);
    const projects = (rest as { projects?: unknown } | null)?.projects;
    if (!Array.isArray(projects)) throw new SyntaxError('no list of projects');
    this.#tell(projects);
  }

  /** Advances to the list's first element, if it has arrived. */
  #enter(): boolean {
    const open = /"projects"\s*:\s*\[/.exec(this.#text);
    if (open === null || open.index > MAX_PIECE) return false;
    const start = open.index + open[0].length;
    // The key is the document's own, and no string's text, if closing the list and one object is all it takes.
    JSON.parse(`${this.#text.slice(0, start)}]}`);
    this.#text = this.#text.slice(start);
    this.#isInside = true;
    return true;
  }

  #takePiece(): boolean {
    const boundary = /\}\s*,(?=\s*\{)/g;
    boundary.lastIndex = PIECE;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (boundary.exec(this.#text) === null) break;
      const end = boundary.lastIndex;
      const projects = attempt(`[${this.#text.slice(0, end - 1)}]`);
      if (projects === undefined) continue;
      this.#tell(projects as unknown[]);
      this.#text = this.#text.slice(end);
      return true;
    }
    checkPiece(this.#text.length);
    return false;
  }

  #tell(projects: readonly unknown[]): void {
    for (const project of projects) {
      const name = (project as { name?: unknown } | null)?.name;
      if (typeof name === 'string') this.#onName(name);
    }
  }
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
