/** Why a file cannot be read, after its name. */

interface SystemError {
  readonly code?: string | undefined;
  readonly message: string;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a folder, not a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** @param error of the system, with its code: `ENOENT` */
export function whyUnreadable({ code = '', message }: SystemError): string {
  return REASONS[code] ?? `cannot be read: ${message}`;
}
