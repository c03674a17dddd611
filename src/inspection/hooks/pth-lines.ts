/** What Python would make of a `.pth` file, over all versions from 3.8 to 3.15. */
export interface PthReading {
  /** False where the bytes are not text: what Python makes of them depends on the machine. */
  readonly decodable: boolean;
  /** Lines that run, without their leading white space. */
  readonly executable: readonly string[];
  /** Lines that extend `sys.path`. */
  readonly paths: readonly string[];
}

/**
 * What ends a line for one version or another: `\n`, `\r` (universal newlines), and from 3.13 on everything
 * that ends one for `str.splitlines`.
 */
const LINE_ENDS = /[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/;
/** Dropped in front of a line from 3.15 on, as `str.strip` does it. */
const LEADING_SPACE = /^[\s\x1c-\x1f\x85\u180e\ufeff]+/;
const EXECUTABLE = /^import[ \t]/;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a `.pth` file as site.py does. It is read twice, as UTF-8 and byte by byte as Latin-1, because older
 * versions decode as the machine's locale says; a line that runs in either reading counts.
 */
export function readPth(bytes: Buffer): PthReading {
  const utf8 = decodeUtf8(bytes);
  const lines = [
    ...(utf8 === undefined ? [] : linesOf(utf8)),
    ...linesOf(bytes.toString('latin1')),
  ];
  const executable = new Set<string>();
  const paths = new Set<string>();
  for (const line of lines) {
    if (EXECUTABLE.test(line)) executable.add(line);
    else if (line !== '' && !line.startsWith('#')) paths.add(line.trimEnd());
  }
  return {
    decodable: utf8 !== undefined && !bytes.includes(0),
    executable: [...executable],
    paths: [...paths],
  };
}

/** The lines of a `.start` file that run (PEP 829): all that are neither empty nor comments. */
export function readStart(bytes: Buffer): string[] {
  const text = decodeUtf8(bytes) ?? bytes.toString('latin1');
  return linesOf(text).filter((line) => line !== '' && !line.startsWith('#'));
}

function linesOf(text: string): string[] {
  // A byte order mark, as UTF-8 decodes it and as Latin-1 shows it.
  const body = text.replace(/^(\ufeff|\xef\xbb\xbf)/, '');
  return body.split(LINE_ENDS).map((line) => line.replace(LEADING_SPACE, ''));
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
