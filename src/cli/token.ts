import { hashToken, newToken } from '../access/token.js';
import { parseDay } from '../domain/instant.js';
import { TOKEN_ENTRY, TOKEN_ONCE } from '../messages/commands.js';
import { EXIT, type Output, UsageError } from './output.js';
import { copied } from './words.js';

export interface TokenOptions {
  readonly role: string;
  readonly expires?: string;
  readonly json?: boolean;
}

const DAY = 86_400_000;

/** `wheelgate token`: creates a token and shows it once. The server's token file contains only its hash. */
export function runToken(user: string, options: TokenOptions, out: Output): number {
  const { role, expires } = options;
  if (!/^[\w.@+-]{1,100}$/.test(user))
    throw new UsageError(`a user name may contain letters, digits and . @ + - _; got ${user}`);
  if (role !== 'client' && role !== 'admin')
    throw new UsageError(`--role must be client or admin, not ${role}`);
  const lastDay = expires === undefined ? undefined : parseDay(expires);
  if (expires !== undefined && lastDay === undefined)
    throw new UsageError(`--expires requires a date such as 2027-01-31, not ${expires}`);
  if (lastDay !== undefined && lastDay + DAY <= Date.now())
    throw new UsageError(`--expires is in the past: ${expires} would be the last day`);
  const token = newToken();
  const hash = `sha256:${hashToken(token).toString('hex')}`;
  if (options.json === true) {
    out.json({ token, entry: { user, hash, role, expires } });
    return EXIT.fine;
  }
  const until = expires === undefined ? '' : `, expires: "${expires}"`;
  out.line(TOKEN_ONCE);
  out.line(copied(token));
  out.line(TOKEN_ENTRY);
  out.line(copied(`  - { user: ${JSON.stringify(user)}, role: ${role}, hash: "${hash}"${until} }`));
  return EXIT.fine;
}
