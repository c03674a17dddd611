import type { Turns } from '../../runtime/turns.js';
import { checkPiece, MAX_PIECE } from './page-limits.js';

type Json = Record<string, unknown>;

/** White space of JSON (RFC 8259, section 2), which is less than that of `\s` and `trim`. */
const SPACE = '[ \\t\\n\\r]*';
const FILES = new RegExp(`"files"${SPACE}:${SPACE}\\[(?=${SPACE}\\{)`);
const AFTER_ELEMENT = new RegExp(`\\}${SPACE}$`);
const BETWEEN_ELEMENTS = new RegExp(`\\}${SPACE},(?=${SPACE}\\{)`, 'g');
const END_OF_OBJECT = new RegExp(`^${SPACE}\\}${SPACE}$`);
const NEXT_MEMBER = new RegExp(`^${SPACE},`);

/** Characters that are parsed between two yields: half a millisecond. */
const PIECE = 64 * 1024;
/** Attempted ends of an element or of the list before the page counts as unusual. */
const MAX_TRIES = 16;
/** Brackets, from the end, among which the list's own is searched. */
const MAX_LOOKS = 1_000;

/**
 * Parses the JSON of a project page with the same result as `JSON.parse`, but a long page in pieces. A document that
 * does not resemble a page, or cannot be parsed in pieces, is parsed as a whole. The result is exact: JSON is read from
 * left to right, and the first part of a text alone determines the position in the document. So if `[` + part + `]` is
 * valid, a part that begins with an element of an array ends with one, whatever it contains; and a cut in a string, or
 * inside an element, is invalid.
 * @param read replaces each element of the document's list `files`, immediately, so the parsed element need not be
 * kept. It may be called for elements of a document that then turns out to be unusual.
 * @throws {SyntaxError}
 * @throws {PageTooLarge} if a long one cannot be parsed in pieces
 */
export async function parseJsonInTurns(
  text: string,
  turns: Turns,
  read: (file: unknown) => unknown,
): Promise<unknown> {
  const inPieces = text.length > PIECE ? await parsePieces(text, turns, read) : undefined;
  if (inPieces !== undefined) return inPieces;
  checkPiece(text.length);
  const page: unknown = JSON.parse(text);
  if (!isObject(page) || !Array.isArray(page.files)) return page;
  const { files } = page;
  await turns.forEach(files, (file, index) => {
    files[index] = read(file);
  });
  return page;
}

async function parsePieces(
  text: string,
  turns: Turns,
  read: (file: unknown) => unknown,
): Promise<Json | undefined> {
  const open = FILES.exec(text);
  if (open === null || open.index > MAX_PIECE) return undefined;
  const start = open.index + open[0].length;
  // The key belongs to the document, and not to a string's text, if closing the list and one object makes it valid.
  const head = attempt(`${text.slice(0, start)}]}`);
  if (!isObject(head)) return undefined;
  const tail = findTail(text, start);
  if (tail === undefined || Object.hasOwn(tail.members, 'files')) return undefined;
  const files = await parseElements(text, start, tail.start, turns, read);
  return files && { ...head, ...tail.members, files };
}

/**
 * The part after the list of files: from the last `]` after a `}` from which the text is valid as the rest of an
 * object.
 */
function findTail(text: string, from: number): { start: number; members: Json } | undefined {
  let start = text.length;
  for (let looks = 0, tries = 0; looks < MAX_LOOKS && tries < MAX_TRIES; looks += 1) {
    start = text.lastIndexOf(']', start - 1);
    if (start <= from || text.length - start > MAX_PIECE) return undefined;
    if (!AFTER_ELEMENT.test(text.slice(Math.max(from, start - 64), start))) continue;
    tries += 1;
    const rest = text.slice(start + 1);
    if (END_OF_OBJECT.test(rest)) return { start, members: {} };
    const comma = NEXT_MEMBER.exec(rest);
    const members = comma === null ? undefined : attempt(`{${rest.slice(comma[0].length)}`);
    // A trailing comma is an error, which parsing the whole text reports.
    if (isObject(members) && Object.keys(members).length > 0) return { start, members };
  }
  return undefined;
}

async function parseElements(
  text: string,
  from: number,
  end: number,
  turns: Turns,
  read: (file: unknown) => unknown,
): Promise<unknown[] | undefined> {
  const elements: unknown[] = [];
  const boundary = new RegExp(BETWEEN_ELEMENTS);
  for (let start = from; start < end; ) {
    boundary.lastIndex = Math.min(start + PIECE, end);
    let piece: unknown;
    let next = end;
    for (let tries = 0; piece === undefined; tries += 1) {
      if (tries === MAX_TRIES) return undefined;
      const found = boundary.exec(text);
      // The comma itself is omitted.
      next = found === null || boundary.lastIndex > end ? end : boundary.lastIndex;
      checkPiece(next - start);
      piece = attempt(`[${text.slice(start, next === end ? end : next - 1)}]`);
      if (piece === undefined && next === end) return undefined;
    }
    await turns.forEach(piece as unknown[], (element) => elements.push(read(element)));
    start = next;
  }
  return elements;
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
