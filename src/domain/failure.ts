/**
 * Every way in which a request can fail, and the status that says so. A refusal by policy is not a failure:
 * it is an answer, and has its own form.
 */
export const FAILURES = {
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthorised: { status: 401, title: 'Credentials are needed' },
  forbidden: { status: 403, title: 'These credentials do not suffice' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'None of the accepted forms is available' },
  'request-timeout': { status: 408, title: 'The request took too long' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'range-not-satisfiable': { status: 416, title: 'The range lies outside the file' },
  'headers-too-long': { status: 431, title: 'The headers are too long' },
  internal: { status: 500, title: 'Wheelgate failed' },
  'upstream-broken': { status: 502, title: 'The upstream index answered badly' },
  'upstream-unreachable': { status: 503, title: 'The upstream index cannot be reached' },
  unconfirmed: { status: 503, title: 'What is in force is not known just now' },
  overloaded: { status: 503, title: 'Too busy just now' },
} as const;

export type FailureKind = keyof typeof FAILURES;

/**
 * A failure that knows its kind; `message` is safe to show to a client (no secret, no local path), and a sentence: a
 * capital, a full stop.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** How long to wait before asking again, in milliseconds, where somebody said so. */
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
}

/** What a failure says, within another sentence: `the upstream pypi cannot be reached`. */
export function asClause({ message }: Failure): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
}
