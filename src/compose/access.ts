import { AccessControl } from '../access/access-control.js';
import type { Config } from '../config/config.js';
import { formatProblem, isUnread } from '../yaml/problem.js';
import type { Process } from './process.js';

/** The access list; undefined if no token is required. @throws {AccessError} if the tokens' file is unusable */
export async function createAccess(
  { access: { tokens } }: Config,
  { log, health, closing }: Process,
): Promise<AccessControl | undefined> {
  if (tokens === undefined) return undefined;
  const access = await AccessControl.start(tokens, {
    onLoad: () => {
      health.set('access', 'ok');
      log.info('tokens read');
    },
    onProblem: (problems) => {
      health.set(
        'access',
        'degraded',
        isUnread(problems)
          ? 'the tokens file cannot be read; retrying, the previous tokens stay valid'
          : 'an edit of the tokens file is invalid; the previous tokens stay valid',
      );
      for (const problem of problems) log.error(`tokens edit rejected: ${formatProblem(problem)}`);
    },
  });
  closing.add(() => access.close());
  return access;
}
