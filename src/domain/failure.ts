/** Every kind of failed request, with its status. A refusal by policy is not a failure: it has a separate form. */
export const FAILURES = {
  'bad-request': { status: 400, title: 'Invalid request' },
  unauthorised: { status: 401, title: 'Authentication required' },
  forbidden: { status: 403, title: 'Insufficient permissions' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'No acceptable format' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  'uri-too-long': { status: 414, title: 'URL too long' },
  'range-not-satisfiable': { status: 416, title: 'Range not satisfiable' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-long': { status: 431, title: 'Request headers too large' },
  internal: { status: 500, title: 'Internal error' },
  'upstream-broken': { status: 502, title: 'Invalid response from the upstream index' },
  'upstream-unreachable': { status: 503, title: 'Upstream index unreachable' },
  unconfirmed: { status: 503, title: 'Current policy unknown' },
  overloaded: { status: 503, title: 'Temporarily overloaded' },
  unable: { status: 503, title: 'Temporarily unavailable' },
} as const;

export type FailureKind = keyof typeof FAILURES;

/**
 * A failure that knows its kind; `message` is safe to show to a client (no secret, no local path), and a sentence: a
 * capital, a full stop.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** The time before a retry, in milliseconds, if the source declared one. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    options?: ErrorOptions & { readonly retryAfter?: number | undefined },
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfter = options?.retryAfter;
  }

  get status(): number {
    return FAILURES[this.kind].status;
  }

  /** Whether it is already logged: one transfer fails for many waiting requests. */
  isLogged = false;
}

/** When it is worth asking again where the system under us failed, in milliseconds. */
export const ASK_AGAIN = 5_000;
const UNEXPECTED = 'Unexpected error. See the log for details.';
/** A disk without room, which has a separate kind. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Converts any error into a failure. A failed call of the operating system (too many open files, no permission, a disk
 * error, no memory) is temporary, and independent of the request; any other error is unexpected.
 * @param what the failed operation, as a sentence
 */
export function asFailure(error: unknown, what: string = UNEXPECTED): Failure {
  if (error instanceof Failure) return error;
  const options = { cause: error, retryAfter: ASK_AGAIN };
  if (isExhausted(error)) return new Failure('unable', what, options);
  if (!isSystemError(error)) return new Failure('internal', what, { cause: error });
  if (FULL.has(error.code ?? '')) return new Failure('overloaded', 'The disk is full.', options);
  return new Failure('unable', what, options);
}

/** Resources of the process or its machine that may run out: descriptors, memory, ports. */
const EXHAUSTED: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EAGAIN',
  'EADDRNOTAVAIL',
]);

/** Whether a call of the operating system failed for lack of a general resource, independent of its file or peer. */
export function isExhausted(error: unknown): boolean {
  // A host with several addresses is tried at each.
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every(isExhausted);
  return isSystemError(error) && EXHAUSTED.has(error.code ?? '');
}

/** Whether a call of the operating system failed: Node gives such an error the call and its number. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

/** A failure's message as a part of another sentence: `the upstream pypi cannot be reached`. */
export function asClause({ message }: Failure): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
}

/** Kinds whose stack is useful: they originate in the program. */
const OURS: ReadonlySet<FailureKind> = new Set(['internal', 'unable']);

/** The cause of a failure, as fields of a line in the log: one line without a stack, unless the fault is ours. */
export function loggedCause({ kind, cause }: Failure): Record<string, unknown> {
  if (cause === undefined) return {};
  return OURS.has(kind) ? { err: cause } : { cause: inOneLine(cause) };
}

/** An error with its causes. */
function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  // If one address after the other was tried, the error has a code and no message.
  const said = (error.message || code || error.name).split('\n', 1)[0]!;
  return error.cause === undefined ? said : `${said}: ${inOneLine(error.cause)}`;
}
