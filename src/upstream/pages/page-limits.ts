import { bytesOfJson } from './json-size.js';

/** Files of one page: three times as many as the largest projects of PyPI have. */
const MAX_FILES = 100_000;
/** What a page says beyond what we know, in memory, in bytes. */
const MAX_OTHER = 32 * 1024 * 1024;
/** JSON that is parsed in one go, in characters: it may take twenty times as much. */
export const MAX_PIECE = 4 * 1024 * 1024;

/** Why a page is given up; the message goes on from `a page that`. */
export class PageTooLarge extends Error {
  override readonly name = 'PageTooLarge';
}

/** @throws {PageTooLarge} */
export function checkPiece(characters: number): void {
  if (characters > MAX_PIECE) throw new PageTooLarge('is too large and cannot be parsed in parts');
}

/** Bounds what becomes of one page in memory, whatever few bytes it is written with. */
export class PageTally {
  #files = 0;
  #other = 0;

  /** @throws {PageTooLarge} */
  addFile(): void {
    this.#files += 1;
    if (this.#files > MAX_FILES) throw new PageTooLarge(`lists more than ${MAX_FILES} files`);
  }

  /** What goes through as it came. @throws {PageTooLarge} */
  addOther(json: object): void {
    try {
      this.#other += bytesOfJson(json);
    } catch (cause) {
      throw new PageTooLarge('contains JSON nested too deeply', { cause });
    }
    if (this.#other > MAX_OTHER) throw new PageTooLarge('contains too much data other than files');
  }
}
