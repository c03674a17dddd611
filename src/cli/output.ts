import { redactUrls } from '../domain/credentials.js';
import { isUnseen } from '../domain/visible.js';
import { onOneLine, rendered, type Surface, type Words } from './words.js';

/** Meaning of the exit codes, as in docs/commands.md. */
export const EXIT = { fine: 0, refused: 1, unclear: 2 } as const;

/**
 * The output of a command: results on standard output, everything else on standard error. Texts may come from an
 * archive, an index or a client, so terminal control sequences are escaped, and line breaks within a text also.
 */
export interface Output {
  /** One line; on a terminal it is broken between words. */
  line(...words: readonly Words[]): void;
  /** The same for programs, never coloured. @param indent blanks a level; 0: all on one line */
  json(value: unknown, indent?: number): void;
  problem(text: string): void;
  /** Progress of long operations, on a terminal only. Each call replaces the previous text. */
  progress(text: string): void;
  /** Columns of the terminal for results; undefined if the output is not a terminal. */
  readonly width: number | undefined;
}

/** A wrong use of the command line: exit code 2, and the message without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** As much of a stream as matters here. */
export interface OutputStream {
  readonly isTTY?: boolean;
  /** Undefined or 0 if the terminal does not report its width. */
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

/** JSON permits most terminal control characters in strings. They are escaped here, which does not change the value. */
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
