import { parseSha256 } from '../domain/digest.js';
import { Failure } from '../domain/failure.js';
import { parseProjectName } from '../domain/project-name.js';
import type { ExposureQuestion } from '../exposure/exposure.js';
import { specifierOf, timeOf } from './query.js';

/** The problems of a question, by parameter; `''` for a missing one. */
export type QuestionProblems = ReadonlyMap<string, string>;

export interface ReadQuestion {
  readonly question: ExposureQuestion;
  readonly problems: QuestionProblems;
}

/** Reads `project=P&versions=SPEC&sha256=H&since=TIME&until=TIME&refused=1`; an empty parameter is ignored. */
export function readExposureQuestion(query: URLSearchParams): ReadQuestion {
  const problems = new Map<string, string>();
  const read = <T>(name: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = query.get(name)?.trim();
    if (!text) return undefined;
    try {
      const value = parse(text);
      if (value === undefined) problems.set(name, EXPECTED[name]!);
      return value;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.set(name, error.message);
      return undefined;
    }
  };
  const question = {
    project: read('project', parseProjectName),
    versions: read('versions', specifierOf),
    sha256: read('sha256', (text) => parseSha256(text.toLowerCase())),
    since: read('since', (text) => timeOf(text, 'since')),
    until: read('until', (text) => timeOf(text, 'until')),
    refused: query.get('refused') === '1',
  };
  if (problems.size === 0 && question.project === undefined && question.sha256 === undefined)
    problems.set('', 'The query requires project=NAME or sha256=DIGEST.');
  return { question, problems };
}

const EXPECTED: Readonly<Record<string, string>> = {
  project: 'The project must be a project name (PEP 508), such as requests.',
  sha256: 'The sha256 is none: 64 hexadecimal digits.',
};

/** @throws {Failure} bad-request, with all problems */
export function soundQuestion({ question, problems }: ReadQuestion): ExposureQuestion {
  if (problems.size > 0) throw new Failure('bad-request', [...problems.values()].join(' '));
  return question;
}
