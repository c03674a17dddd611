import type { ExposureAnswer } from '../../dashboard/exposure-answer.js';
import type { OverviewAnswer } from '../../dashboard/overview.js';
import type { PolicyFilePart } from '../../dashboard/policy-file.js';
import type { PolicyReport } from '../../dashboard/policy-report.js';
import type { ProjectReport } from '../../dashboard/project.js';
import type { RefusalAnswer } from '../../dashboard/refusal.js';
import type { RefusalsAnswer } from '../../dashboard/refusals.js';
import type { SeenDecision } from '../../dashboard/seen-decisions.js';
import type { ExplainAnswer } from '../routes/explain.js';
import type { HealthAnswer } from '../routes/health-page.js';
import type { WhyAnswer } from '../routes/why.js';

/**
 * The responses of `/api/v1`. `npm run openapi` generates `schemas.json` from these types and their comments, so the
 * compiler checks the routes against the types that are documented.
 */
export interface Answers {
  readonly ExplainAnswer: ExplainAnswer;
  readonly ExposureAnswer: ExposureAnswer;
  readonly OverviewAnswer: OverviewAnswer;
  readonly RefusalsAnswer: RefusalsAnswer;
  readonly RefusalAnswer: RefusalAnswer;
  readonly SeenDecision: SeenDecision;
  readonly ProjectReport: ProjectReport;
  readonly WhyAnswer: WhyAnswer;
  readonly PolicyReport: PolicyReport;
  readonly PolicyFilePart: PolicyFilePart;
  readonly HealthAnswer: HealthAnswer;
}

export type AnswerName = keyof Answers;
