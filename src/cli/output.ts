import { redactUrls } from '../domain/credentials.js';
import { isUnseen } from '../domain/visible.js';
import { onOneLine, rendered, type Surface, type Words } from './words.js';

/** What a command's exit code says; docs/commands.md has the same. */
export const EXIT = { fine: 0, refused: 1, unclear: 2 } as const;

/**
 * Where a command's words go: results to standard output, everything else to standard error. What they say may come
 * from an archive, an index or a client: whatever would steer a terminal is written as an escape, a line break in
 * the words among it.
 */
export interface Output {
  /** One line; on a terminal it is broken between words. */
  line(...words: readonly Words[]): void;
  /** The same for programs, never coloured. @param indent blanks a level; 0: all on one line */
  json(value: unknown, indent?: number): void;
  problem(text: string): void;
  /** Shown while long work goes on, on a terminal only; the next call replaces it. */
  progress(text: string): void;
  /** Columns of the terminal that results go to; undefined where they go elsewhere. */
  readonly width: number | undefined;
}

/** A wrong use of the command line: exit code 2, and the message without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** As much of a stream as matters here. */
export interface OutputStream {
  readonly isTTY?: boolean;
  /** Of a terminal that does not say, undefined or 0. */
  readonly columns?: number;
  write(text: string): unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

const USUAL_WIDTH = 80;
const LEAST_WIDTH = 20;

export function createOutput(
  results: OutputStream,
  messages: OutputStream,
  environment: Environment,
): Output {
  const colours = wantsColours(results, environment);
  let progressShown = false;
  const clearProgress = () => {
    if (progressShown) messages.write('\r\x1b[K');
    progressShown = false;
  };
  const surface = (): Surface => ({ colours, width: widthOf(results) });
  return {
    line(...words) {
      clearProgress();
      results.write(`${rendered(words, surface())}\n`);
    },
    json(value, indent = 2) {
      clearProgress();
      results.write(`${plainJson(value, indent)}\n`);
    },
    problem(text) {
      clearProgress();
      messages.write(`wheelgate: ${onOneLine(redactUrls(text))}\n`);
    },
    progress(text) {
      const width = widthOf(messages);
      if (width === undefined) return;
      clearProgress();
      messages.write(onOneLine(text).slice(0, width - 1));
      progressShown = true;
    },
    get width() {
      return widthOf(results);
    },
  };
}

/** That of this process. */
export const terminalOutput = createOutput(process.stdout, process.stderr, process.env);

/** By https://no-color.org and https://force-color.org; who forces it means it. */
function wantsColours({ isTTY }: OutputStream, environment: Environment): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = environment;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && !NO_COLOR && TERM !== 'dumb';
}

function widthOf({ isTTY, columns }: OutputStream): number | undefined {
  return isTTY === true ? Math.max(columns || USUAL_WIDTH, LEAST_WIDTH) : undefined;
}

/** JSON lets most of what steers a terminal stand in its strings; here it is escaped, which means the same. */
function plainJson(value: unknown, indent: number): string {
  const text = JSON.stringify(value, null, indent);
  if (/^[\x20-\x7e\n]*$/.test(text)) return text;
  return text.replace(/[^\x20-\x7e\n]/gu, (character) =>
    isUnseen(character)
      ? Array.from({ length: character.length }, (_, index) => unitEscape(character, index)).join(
          '',
        )
      : character,
  );
}

function unitEscape(character: string, index: number): string {
  return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
}
