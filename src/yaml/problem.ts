/** What is wrong with a file that a person wrote, and where. Lines and columns count from 1. */
export interface Problem {
  /** A path, or where else the text came from (`WHEELGATE_LISTEN`, `--listen`). */
  readonly file: string;
  /** Undefined where the whole file is meant: it cannot be read, it is not there. */
  readonly line?: number;
  readonly column?: number;
  /** One plain sentence, without line breaks. */
  readonly message: string;
  /** The file could not be read at all, which may pass without an edit. */
  readonly unread?: true;
}

/** Whether it may pass without an edit: nothing is known of what the file says. */
export function isUnread(problems: readonly Problem[]): boolean {
  return problems.some(({ unread }) => unread === true);
}

/** `file:line:column: message`, the form that terminals and editors make a link of. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, message } = problem;
  return line === undefined ? `${file}: ${message}` : `${file}:${line}:${column ?? 1}: ${message}`;
}
