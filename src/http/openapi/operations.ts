import { SHOWS } from '../../dashboard/project.js';
import { RANGES, SORTS } from '../../decisions/queries/decision-queries.js';
import type { FailureKind } from '../../domain/failure.js';
import type { MayAsk } from '../admission.js';
import type { AnswerName } from './answers.js';

/** One value that a request takes. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly description: string;
  /** JSON Schema; a text where it is left out. */
  readonly schema?: object;
}

/** A path below `/api/v1/` that is answered. */
export interface Operation {
  /** With its parts in braces. */
  readonly path: `/api/v1/${string}`;
  /** Where tokens are asked for; as its row in the table of routes has it. */
  readonly mayAsk: Exclude<MayAsk, 'anybody'>;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** What it answers with by its content type. */
  readonly answers: Readonly<Record<string, AnswerName | 'text' | 'openapi'>>;
  /** How it fails, beside the ways in which any request may. */
  readonly failures: readonly FailureKind[];
}

const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv; charset=utf-8';

const query = (name: string, description: string, schema?: object): Parameter => ({
  name,
  in: 'query',
  description,
  ...(schema !== undefined && { schema }),
});
const inPath = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  description,
});
const oneOf = (values: readonly string[]) => ({ enum: values });

const PROJECT = query('project', "A project's name.");
const VERSIONS = query('versions', 'A version specifier (PEP 440), such as ==1.2.3.');
const SINCE = query('since', 'Nothing before this instant.', { format: 'date-time' });
const UNTIL = query('until', 'Nothing from this instant on.', { format: 'date-time' });
const FORMAT = query('format', 'csv: a table for a spreadsheet.', oneOf(['csv']));
const BEFORE = query('before', 'Where to go on: `next` of the answer before.');

/** Every path below `/api/v1/`; a test holds that none is missing. */
export const OPERATIONS: readonly Operation[] = [
  {
    path: '/api/v1/openapi.json',
    mayAsk: 'client',
    summary: 'This description.',
    parameters: [],
    answers: { [JSON_TYPE]: 'openapi' },
    failures: [],
  },
  {
    path: '/api/v1/explain',
    mayAsk: 'client',
    summary: 'The verdict on each file of a project, and why.',
    parameters: [
      PROJECT,
      VERSIONS,
      query('facts', '1: with all that the verdicts rest on.', oneOf(['1'])),
    ],
    answers: { [JSON_TYPE]: 'ExplainAnswer' },
    failures: ['bad-request', 'not-found', 'upstream-broken', 'upstream-unreachable'],
  },
  {
    path: '/api/v1/exposure',
    mayAsk: 'admin',
    summary: 'Who was given what. The query names a project or a digest.',
    parameters: [
      PROJECT,
      VERSIONS,
      query('sha256', "An artifact's digest, in hexadecimal digits."),
      SINCE,
      UNTIL,
      query('refused', '1: those who were refused it, too.', oneOf(['1'])),
      FORMAT,
    ],
    answers: { [JSON_TYPE]: 'ExposureAnswer', [CSV_TYPE]: 'text' },
    failures: ['bad-request', 'overloaded'],
  },
  {
    path: '/api/v1/overview',
    mayAsk: 'client',
    summary: 'What was refused, how often, and how the service is.',
    parameters: [query('range', 'Of which time.', oneOf(RANGES))],
    answers: { [JSON_TYPE]: 'OverviewAnswer' },
    failures: ['bad-request'],
  },
  {
    path: '/api/v1/refusals',
    mayAsk: 'client',
    summary: 'What was refused, warned of, or would have been refused but for dry-run, as groups.',
    parameters: [
      query('rule', 'Of one rule.'),
      PROJECT,
      query('user', 'Of one user.'),
      query('verdict', 'Of one verdict.', oneOf(['block', 'warn', 'dry-run'])),
      SINCE,
      UNTIL,
      query('q', 'A part of project, version, filename, rule or reason, in any case.'),
      query('sort', 'The order.', oneOf(SORTS)),
      BEFORE,
      FORMAT,
    ],
    answers: { [JSON_TYPE]: 'RefusalsAnswer', [CSV_TYPE]: 'text' },
    failures: ['bad-request', 'forbidden', 'overloaded'],
  },
  {
    path: '/api/v1/refusals/{id}',
    mayAsk: 'client',
    summary: 'One decision by its name, how its file is judged by now, and requests like it.',
    parameters: [inPath('id', 'Its `id` elsewhere.'), BEFORE],
    answers: { [JSON_TYPE]: 'RefusalAnswer' },
    failures: ['bad-request', 'not-found', 'overloaded'],
  },
  {
    path: '/api/v1/live',
    mayAsk: 'admin',
    summary:
      'Decisions as they are made, as server-sent events: the data of each is one. The last ones come first. It ends with the server, and where the token is taken back.',
    parameters: [
      query('after', 'The id of the last one that the client has.'),
      { name: 'Last-Event-ID', in: 'header', description: 'The same, of one that comes back.' },
    ],
    answers: { 'text/event-stream': 'SeenDecision' },
    failures: ['too-many-requests'],
  },
  {
    path: '/api/v1/projects/{project}',
    mayAsk: 'client',
    summary: 'The files of a project under the policy in force, and what clients see of each.',
    parameters: [
      inPath('project', 'Its name; another spelling is answered 301.'),
      query('show', 'Which of them.', oneOf(SHOWS)),
      query('page', 'From 1.', { type: 'integer', minimum: 1 }),
    ],
    answers: { [JSON_TYPE]: 'ProjectReport' },
    failures: ['bad-request', 'not-found', 'upstream-broken', 'upstream-unreachable'],
  },
  {
    path: '/api/v1/projects/{project}/files/{filename}',
    mayAsk: 'client',
    summary: 'Why a file is refused, or that it is not, what to do, and what was found.',
    parameters: [
      inPath('project', 'Its name.'),
      inPath('filename', 'As the index lists it.'),
      query('before', 'Where its history goes on: `history.searchedBackTo` of the answer before.', {
        format: 'date-time',
      }),
    ],
    answers: { [JSON_TYPE]: 'WhyAnswer' },
    failures: ['bad-request', 'not-found', 'overloaded'],
  },
  {
    path: '/api/v1/policy',
    mayAsk: 'client',
    summary: 'The policy in force, its files, rules, waivers and edits.',
    parameters: [],
    answers: { [JSON_TYPE]: 'PolicyReport' },
    failures: [],
  },
  {
    path: '/api/v1/policy/files/{layer}/{name}',
    mayAsk: 'client',
    summary: 'A policy file, or a part of one.',
    parameters: [
      { ...inPath('layer', 'Whose it is.'), schema: oneOf(['own', 'shipped']) },
      inPath('name', 'Its name in its folder.'),
      query('from', 'Its first line that is asked for.', { type: 'integer', minimum: 1 }),
    ],
    answers: { [JSON_TYPE]: 'PolicyFilePart' },
    failures: ['bad-request', 'not-found'],
  },
  {
    path: '/api/v1/health',
    mayAsk: 'client',
    summary: 'How each part of the server is.',
    parameters: [],
    answers: { [JSON_TYPE]: 'HealthAnswer' },
    failures: [],
  },
];
