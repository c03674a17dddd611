import { parseProjectName } from '../../domain/project-name.js';
import { PageTooLarge } from '../../upstream/pages/page-limits.js';

/** Three times as many as PyPI has. */
const MAX_NAMES = 2_000_000;
const MAX_CHARACTERS = 48 * 1024 * 1024;
/** Number of names per text: one text takes a third of the memory of as many separate ones. */
const BATCH = 4_096;

/**
 * Gathers the names of an index, each as a line: the name as the index writes it, behind its normal form and a tab where
 * these are not the same. Sorted by the normal form, as nearly all indexes give them, and once each.
 */
export class SortedNames {
  #batch: string[] = [];
  #full: string[] = [];
  #last = '';
  #isSorted = true;
  #count = 0;
  #characters = 0;

  /** @throws {PageTooLarge} */
  add(text: string): void {
    const name = parseProjectName(text.trim());
    if (name === undefined) return;
    const line = name === text ? text : `${name}\t${text.trim()}`;
    this.#count += 1;
    this.#characters += line.length;
    if (this.#count > MAX_NAMES || this.#characters > MAX_CHARACTERS)
      throw new PageTooLarge(`lists more than ${MAX_NAMES} projects`);
    if (name <= this.#last) this.#isSorted = false;
    this.#last = name;
    if (this.#batch.push(line) === BATCH) this.#fill();
  }

  /** All lines, in some texts that each end with a line. */
  *texts(): Generator<string> {
    this.#fill();
    if (this.#isSorted) return yield* this.#full;
    const lines = this.#full.join('').split('\n').sort();
    this.#full = [];
    let last = '';
    for (const line of lines) {
      const [name = ''] = line.split('\t', 1);
      if (name === last) continue;
      last = name;
      if (this.#batch.push(line) < BATCH) continue;
      yield* this.#take();
    }
    yield* this.#take();
  }

  #fill(): void {
    this.#full.push(...this.#take());
  }

  *#take(): Generator<string> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) yield `${batch.join('\n')}\n`;
  }
}

/**
 * The lines of some indexes as one list, each name from the first that has it.
 * @param texts each as written above
 * @param mayHave whether a name counts where the index of that number has it
 */
export function* merge(
  texts: readonly string[],
  mayHave: (index: number, name: string) => boolean,
): Generator<readonly [name: string, text: string]> {
  const heads = texts.map((text) => new Lines(text));
  for (;;) {
    let name = '';
    for (const head of heads)
      if (head.name !== '' && (name === '' || head.name < name)) name = head.name;
    if (name === '') return;
    const having = heads.find((head, at) => head.name === name && mayHave(at, name));
    if (having !== undefined) yield [name, having.text];
    for (const head of heads) if (head.name === name) head.next();
  }
}

/** Empty strings behind the last line. */
class Lines {
  readonly #lines: string;
  #at = 0;
  name = '';
  text = '';

  constructor(lines: string) {
    this.#lines = lines;
    this.next();
  }

  next(): void {
    const end = this.#lines.indexOf('\n', this.#at);
    const line = end === -1 ? '' : this.#lines.slice(this.#at, end);
    this.#at = end + 1 || this.#lines.length;
    const tab = line.indexOf('\t');
    this.name = tab === -1 ? line : line.slice(0, tab);
    this.text = line.slice(tab + 1);
  }
}
