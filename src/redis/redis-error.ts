import { ReplyError } from 'ioredis';

/** Redis responds but cannot serve us: because of its state, or our permissions. */
const USELESS =
  /^(?:READONLY|OOM|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS|BUSY|NOAUTH|WRONGPASS|NOPERM|UNKILLABLE)\b|^ERR (?:max number of clients|invalid password|AUTH|Client sent AUTH)/;
/** The first word of Redis's message is the error's name. */
const NAME = /^[A-Z]{2,20}\b/;

export const NO_CONNECTION = 'not connected';

/** Whether any other command would fail in the same way. */
export function isUseless(error: unknown): boolean {
  return !(error instanceof ReplyError) || USELESS.test(messageOf(error));
}

/** The reason in a few words: Redis's message may quote the command. */
export function wordsOf(error: unknown): string {
  const message = messageOf(error);
  if (error instanceof ReplyError) return NAME.exec(message)?.[0] ?? 'it refuses';
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code !== undefined) return certificateWords(code) ?? code;
  if (/enableOfflineQueue|Connection is closed|^None of |Failed to refresh slots/.test(message))
    return NO_CONNECTION;
  if (/timed out|too long/i.test(message)) return 'timeout';
  return message.slice(0, 200);
}

/** @param code Node's code for TLS errors; undefined for a code that does not concern a certificate */
function certificateWords(code: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another host name (${code})`;
  if (/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return `its certificate has expired or is not valid yet (${code})`;
  if (/SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|^CERT_/.test(code))
    return `its certificate is from an unknown authority (${code}): name it in "redis.ca"`;
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
