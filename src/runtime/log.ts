import { type Logger, pino, stdSerializers } from 'pino';
import { redactUrls } from '../domain/credentials.js';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * The log of the process: JSON lines on standard error, so standard output contains only a command's results. It never
 * contains credentials: URLs lose their user part everywhere, and headers with secrets are cut.
 * @param about added to every line
 */
export function createLog(
  level: LogLevel,
  destination?: NodeJS.WritableStream,
  about?: Readonly<Record<string, unknown>>,
): Log {
  return pino(
    {
      level,
      // Null omits the process id and the host name.
      base: about ?? null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: plainError },
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
    redacting(destination ?? standardError()),
  );
}

/**
 * If the reader has ended, lines are lost and the service continues: an error without a listener would count as
 * unexpected, be logged, and fail again.
 */
function standardError(): NodeJS.WritableStream {
  const { stderr } = process;
  if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore);
  return stderr;
}

function ignore(): void {}

/** Removes credentials from lines of any origin. */
function redacting(destination: NodeJS.WritableStream): { write(line: string): void } {
  return {
    write: (line) => void destination.write(line.includes('@') ? redactUrls(line) : line),
  };
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack: stack ?? '' };
}
