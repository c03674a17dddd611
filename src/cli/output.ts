import { redactUrls } from '../domain/credentials.js';

/** What a command's exit code says; docs/commands.md has the same. */
export const EXIT = { fine: 0, refused: 1, unclear: 2 } as const;

/** Where a command's words go: results to standard output, everything else to standard error. */
export interface Output {
  line(text: string): void;
  problem(text: string): void;
  /** Shown while long work goes on, on a terminal only; the next call replaces it. */
  progress(text: string): void;
}

/** A wrong use of the command line: exit code 2, and the message without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const terminalOutput: Output = {
  line: (text) => {
    clearProgress();
    process.stdout.write(`${text}\n`);
  },
  problem: (text) => {
    clearProgress();
    process.stderr.write(`wheelgate: ${redactUrls(text)}\n`);
  },
  progress: (text) => {
    if (!process.stderr.isTTY) return;
    clearProgress();
    process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
    progressShown = true;
  },
};

let progressShown = false;

function clearProgress(): void {
  if (!progressShown) return;
  process.stderr.write('\r\x1b[K');
  progressShown = false;
}
