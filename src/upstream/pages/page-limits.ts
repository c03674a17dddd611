import { bytesOfJson } from './json-size.js';

/** Maximum number of files per page: three times as many as the largest projects of PyPI have. */
const MAX_FILES = 100_000;
/** Memory limit of a page's unknown keys, in bytes. */
const MAX_OTHER = 32 * 1024 * 1024;
/** Maximum length of JSON that is parsed at once, in characters: it may take twenty times as much memory. */
export const MAX_PIECE = 4 * 1024 * 1024;

/** Why a page is rejected; the message continues `a page that`. */
export class PageTooLarge extends Error {
  override readonly name = 'PageTooLarge';
}

/** @throws {PageTooLarge} */
export function checkPiece(characters: number): void {
  if (characters > MAX_PIECE) throw new PageTooLarge('is too large and cannot be parsed in parts');
}

/** Limits the memory of one page, regardless of its length in bytes. */
export class PageTally {
  #files = 0;
  #other = 0;

  /** @throws {PageTooLarge} */
  addFile(): void {
    this.#files += 1;
    if (this.#files > MAX_FILES) throw new PageTooLarge(`lists more than ${MAX_FILES} files`);
  }

  /** Unknown keys, which are passed through. @throws {PageTooLarge} */
  addOther(json: object): void {
    try {
      this.#other += bytesOfJson(json);
    } catch (cause) {
      throw new PageTooLarge('contains JSON nested too deeply', { cause });
    }
    if (this.#other > MAX_OTHER) throw new PageTooLarge('contains too much data other than files');
  }
}
