import { Failure } from '../domain/failure.js';
import type { ExposureQuestion } from '../exposure/exposure.js';
import {
  FLAG,
  INSTANT,
  type Kind,
  PROJECT,
  parameterOf,
  SHA256,
  untilOf,
  VERSIONS,
} from './parameters.js';

/** The problems of a question, by parameter; `''` for a missing one. */
export type QuestionProblems = ReadonlyMap<string, string>;

export interface ReadQuestion {
  readonly question: ExposureQuestion;
  readonly problems: QuestionProblems;
}

/** Reads `project=P&versions=SPEC&sha256=H&since=TIME&until=TIME&refused=1`; an empty parameter is ignored. */
export function readExposureQuestion(query: URLSearchParams): ReadQuestion {
  const problems = new Map<string, string>();
  const orProblem = <T>(name: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.set(name, error.message);
      return undefined;
    }
  };
  const read = <T>(name: string, kind: Kind<T>): T | undefined =>
    orProblem(name, () => parameterOf(query, name, kind));
  const since = read('since', INSTANT);
  const question = {
    project: read('project', PROJECT),
    versions: read('versions', VERSIONS),
    sha256: read('sha256', SHA256),
    since,
    until: orProblem('until', () => untilOf(query, since)),
    refused: read('refused', FLAG) ?? false,
  };
  if (problems.size === 0 && question.project === undefined && question.sha256 === undefined)
    problems.set('', 'The query requires project=NAME or sha256=DIGEST.');
  return { question, problems };
}

/** @throws {Failure} bad-request, with all problems */
export function soundQuestion({ question, problems }: ReadQuestion): ExposureQuestion {
  if (problems.size > 0) throw new Failure('bad-request', [...problems.values()].join(' '));
  return question;
}
