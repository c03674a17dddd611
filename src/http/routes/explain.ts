import { Failure } from '../../domain/failure.js';
import type { ProjectName } from '../../domain/project-name.js';
import { type Explained, explain, type PlainFacts } from '../../project-pages/explain.js';
import type { Handler } from '../asked.js';
import { sendJson } from '../json.js';
import { FLAG, PROJECT, parameterOf, VERSIONS } from '../parameters.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/** Response body of `/api/v1/explain`. */
export interface ExplainAnswer {
  readonly project: ProjectName;
  /** The policy revision. */
  readonly policy: string;
  /** Maximum lifetime of a waiver, in days. */
  readonly waiverMaxDays: number;
  /** Contact for waiver requests. */
  readonly contact?: string;
  /** With `facts=1`, each file includes its facts, so clients can evaluate a different policy. */
  readonly files: readonly (Omit<Explained, 'facts'> & { readonly facts?: PlainFacts })[];
}

const DAY = 86_400_000;

/** `GET /api/v1/explain?project=P&versions=SPEC&facts=1`: each file's verdict and why. */
export function explainRoute({ pages, judge }: Services, { contact }: HttpSettings): Handler {
  return async (req, res) => {
    const query = queryOf(req.url ?? '');
    const project = parameterOf(query, 'project', PROJECT);
    const versions = parameterOf(query, 'versions', VERSIONS);
    // The facts are long, and only needed to try another policy on them.
    const withFacts = parameterOf(query, 'facts', FLAG);
    if (project === undefined)
      throw new Failure(
        'bad-request',
        'The query requires project=NAME, a project name (PEP 508).',
      );
    const explained = await explain(pages, judge, project, versions);
    const files = explained.map(({ facts, ...rest }) => (withFacts ? { ...rest, facts } : rest));
    const waiverMaxDays = judge.waiverMax / DAY;
    const answer: ExplainAnswer = {
      project,
      policy: judge.revision,
      waiverMaxDays,
      ...(contact !== undefined && { contact }),
      files,
    };
    sendJson(res, 200, answer);
  };
}
