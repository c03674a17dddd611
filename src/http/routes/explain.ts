import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure } from '../../domain/failure.js';
import { parseProjectName } from '../../domain/project-name.js';
import { explain } from '../../pages/explain.js';
import { queryOf, specifierOf } from '../query.js';
import type { Services } from '../services.js';
import { sendJson } from './operations.js';

/** `GET /api/v1/explain?project=P&versions=SPEC`: each file's verdict and why. */
export function explainRoute({ pages, judge }: Services) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const query = queryOf(req.url ?? '');
    const project = parseProjectName(query.get('project') ?? '');
    if (project === undefined)
      throw new Failure('bad-request', 'The query needs project=NAME, a name as PEP 508 has it.');
    const files = await explain(pages, judge, project, specifierOf(query.get('versions')));
    sendJson(res, 200, { project, policy: judge.revision, files });
  };
}
