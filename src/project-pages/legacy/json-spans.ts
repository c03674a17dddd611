/** The position of a value in a document's bytes. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * The members of a JSON object by their keys, without parsing their values: the last one of duplicate keys, as with
 * `JSON.parse`. A span is known to be JSON only after parsing.
 * @throws {SyntaxError} if the input is not exactly one object
 */
export function membersOf(
  json: Buffer,
  { start, end }: JsonSpan = { start: 0, end: json.length },
): Map<string, JsonSpan> {
  const members = new Map<string, JsonSpan>();
  let next = expect(json, start, OPEN_OBJECT);
  if (json[skipSpace(json, next)] === CLOSE_OBJECT) next = skipSpace(json, next);
  else next = readMembers(json, next, members);
  if (skipSpace(json, next + 1) !== end) throw new SyntaxError(`unexpected JSON at ${next}`);
  return members;
}

/** Returns where their object closes. */
function readMembers(json: Buffer, at: number, members: Map<string, JsonSpan>): number {
  let next = at;
  for (;;) {
    const keyStart = skipSpace(json, next);
    const keyEnd = endOfString(json, keyStart);
    const key = JSON.parse(json.toString('utf8', keyStart, keyEnd)) as string;
    const start = skipSpace(json, expect(json, keyEnd, COLON));
    const end = endOfValue(json, start);
    members.set(key, { start, end });
    next = skipSpace(json, end);
    if (json[next] === CLOSE_OBJECT) return next;
    next = expect(json, next, COMMA);
  }
}

/** Whether an object begins at that position. */
export function isObjectAt(json: Buffer, { start }: JsonSpan): boolean {
  return json[start] === OPEN_OBJECT;
}

/** @throws {SyntaxError} */
export function parseSpan(json: Buffer, { start, end }: JsonSpan): unknown {
  return JSON.parse(json.toString('utf8', start, end));
}

function expect(json: Buffer, at: number, wanted: number): number {
  const found = skipSpace(json, at);
  if (json[found] !== wanted) throw new SyntaxError(`unexpected JSON at ${found}`);
  return found + 1;
}

function skipSpace(json: Buffer, at: number): number {
  let next = at;
  while (json[next] === 0x20 || (json[next]! >= 0x09 && json[next]! <= 0x0d)) next += 1;
  return next;
}

function endOfString(json: Buffer, at: number): number {
  if (json[at] !== QUOTE) throw new SyntaxError(`expected a string at ${at}`);
  for (let next = at + 1; next < json.length; next += 1)
    if (json[next] === BACKSLASH) next += 1;
    else if (json[next] === QUOTE) return next + 1;
  throw new SyntaxError('unterminated string');
}

function endOfValue(json: Buffer, at: number): number {
  let depth = 0;
  for (let next = at; next < json.length; next += 1) {
    const byte = json[next];
    if (byte === QUOTE) next = endOfString(json, next) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
    // A number or a word ends before the end of its object, or the comma.
    if (depth < 0 || (depth === 0 && byte === COMMA)) return next;
    if (depth === 0 && (byte === QUOTE || byte === CLOSE_OBJECT || byte === CLOSE_LIST))
      return next + 1;
  }
  throw new SyntaxError('unterminated value');
}
