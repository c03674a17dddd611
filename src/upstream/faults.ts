import { errors } from 'undici';
import { asFailure, Failure, isExhausted } from '../domain/failure.js';
import { LATE, theUpstream } from '../messages/upstreams.js';
import { waitOf } from './patience.js';

/** An error response. */
interface Refusal {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Creates an upstream's failures, each with its name. */
export class Faults {
  readonly #upstream: string;

  constructor(upstream: string) {
    this.#upstream = upstream;
  }

  /** It responded, but the response is unusable. */
  broken(what: string, cause?: unknown): Failure {
    return new Failure('upstream-broken', theUpstream(this.#upstream, what), { cause });
  }

  /** It did not respond, or not completely; or the request could not be sent, which is not its fault. */
  unreachable(cause: unknown): Failure {
    if (isExhausted(cause))
      return asFailure(cause, `No connection to the upstream ${this.#upstream} is possible.`);
    if (refusesCertificate(cause))
      return this.broken(
        'rejected the client certificate (TLS alert): it requires one, or a different one than this upstream\'s "tls"',
        cause,
      );
    if (codeIn(cause).includes('ALERT_HANDSHAKE_FAILURE'))
      return this.broken(
        'aborted the TLS handshake (alert "handshake failure"): no common protocol, cipher or group, or a client certificate is required (see this upstream\'s "tls")',
        cause,
      );
    const what = isSlow(cause) ? LATE : 'is unreachable';
    return this.unwell(what, cause);
  }

  /** @param retryAfter the requested wait, in milliseconds */
  unwell(what: string, cause?: unknown, retryAfter?: number): Failure {
    const message = theUpstream(this.#upstream, what);
    return new Failure('upstream-unreachable', message, { cause, retryAfter });
  }

  /** The failure for a status that is neither success nor absence. @param now milliseconds since 1970 */
  refusedBy({ statusCode: status, headers }: Refusal, now: number): Failure {
    if (status >= 500 || status === 429)
      return this.unwell(
        `returned status ${status}`,
        undefined,
        waitOf([headers['retry-after']].flat()[0], now),
      );
    if (status === 401)
      return this.broken('rejected the request (status 401): check the credentials');
    if (status === 403)
      return this.broken(
        'rejected the request (status 403): check the credentials; if the index returns 403 for unknown projects, set "absent: [403]"',
      );
    if (status === 400 || status === 495 || status === 496)
      return this.broken(
        `returned status ${status}: if it requires a client certificate, set this upstream's "tls"`,
      );
    return this.broken(`returned status ${status}`);
  }
}

/** The alerts of a server that requests a client certificate (RFC 8446, 6.2), in OpenSSL's words. */
const CERTIFICATE_ALERT =
  /ALERT_(?:CERTIFICATE_(?:REQUIRED|EXPIRED|REVOKED|UNKNOWN)|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

function refusesCertificate(cause: unknown): boolean {
  return CERTIFICATE_ALERT.test(codeIn(cause));
}

function codeIn(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

function isSlow(cause: unknown): boolean {
  return (
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError ||
    cause instanceof errors.ConnectTimeoutError ||
    (cause instanceof Error && cause.name === 'TimeoutError')
  );
}
