/** A problem in a handwritten file, with its position. Lines and columns count from 1. */
export interface Problem {
  /** A path, or another source of the text (`WHEELGATE_LISTEN`, `--listen`). */
  readonly file: string;
  /** Undefined for the whole file, for example if it is unreadable or missing. */
  readonly line?: number;
  readonly column?: number;
  /** One plain sentence, without line breaks. */
  readonly message: string;
  /** The file was unreadable, which may recover without an edit. */
  readonly unread?: true;
}

/** Whether the problem may recover without an edit: the file's content is unknown. */
export function isUnread(problems: readonly Problem[]): boolean {
  return problems.some(({ unread }) => unread === true);
}

/** `file:line:column: message`, the format that terminals and editors turn into a link. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, message } = problem;
  return line === undefined ? `${file}: ${message}` : `${file}:${line}:${column ?? 1}: ${message}`;
}
