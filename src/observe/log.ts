import { type Logger, pino, stdSerializers } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Hides user name and password in every URL of a text: `https://ci:secret@host/` becomes `https://***@host/`. */
export function redactUrls(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"']+@/gi, '$1***@');
}

/**
 * The log of the process: JSON lines on standard error, so that standard output stays free for a command's
 * results. Credentials never reach it: URLs lose their user part, headers that carry secrets are cut.
 * @param about goes with every line
 */
export function createLog(
  level: LogLevel,
  destination?: NodeJS.WritableStream,
  about?: Readonly<Record<string, unknown>>,
): Log {
  return pino(
    {
      level,
      base: about,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: redactedError, url: (url: unknown) => redactUrls(String(url)) },
      redact: {
        paths: [
          'authorization',
          '*.authorization',
          '*["proxy-authorization"]',
          '*.cookie',
          '*.password',
        ],
        censor: '***',
      },
    },
    destination ?? process.stderr,
  );
}

function redactedError(error: unknown): unknown {
  if (!(error instanceof Error)) return redactUrls(String(error));
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message: redactUrls(message), stack: redactUrls(stack ?? '') };
}
