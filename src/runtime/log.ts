import { type Logger, pino, stdSerializers } from 'pino';
import { redactUrls } from '../domain/credentials.js';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * The log of the process: JSON lines on standard error, so that standard output stays free for a command's
 * results. Credentials never reach it: URLs lose their user part wherever they stand, headers that carry secrets are
 * cut.
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
      // Null: neither the process's id nor the machine's name.
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
 * Where nobody reads it any more, lines are lost and the service goes on: an error that nobody listens to would be taken
 * for one that nobody expected, which is logged, and fails again.
 */
function standardError(): NodeJS.WritableStream {
  const { stderr } = process;
  if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore);
  return stderr;
}

function ignore(): void {}

/** Whatever was put into a line, and by whom. */
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
