import { SHOWS } from '../../dashboard/project.js';
import { RANGES, SORTS } from '../../decisions/queries/decision-queries.js';
import type { FailureKind } from '../../domain/failure.js';
import type { MayAsk } from '../admission.js';
import type { AnswerName } from './answers.js';

/** A request parameter. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly description: string;
  /** JSON Schema; a string by default. */
  readonly schema?: object;
}

/** A route below `/api/v1/`. */
export interface Operation {
  /** Path parameters are in braces. */
  readonly path: `/api/v1/${string}`;
  /** The role that `access.tokens` requires, as in the table of routes. */
  readonly mayAsk: Exclude<MayAsk, 'anybody'>;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** Response schemas by content type. */
  readonly answers: Readonly<Record<string, AnswerName | 'text' | 'openapi'>>;
  /** Its failures, in addition to those of every route. */
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

const PROJECT = query('project', 'Project name.');
const VERSIONS = query('versions', 'A version specifier (PEP 440), such as ==1.2.3.');
const SHA256 = query('sha256', 'SHA-256 of an artifact, in hexadecimal.');
/** ISO 8601. */
const INSTANT = { anyOf: [{ format: 'date' }, { format: 'date-time' }] };
const SINCE = query(
  'since',
  'Start time, inclusive. A date is the start of that day in UTC.',
  INSTANT,
);
const UNTIL = query(
  'until',
  'End time, exclusive. A date is the start of that day in UTC.',
  INSTANT,
);
const FORMAT = query('format', 'json (default), or csv.', oneOf(['json', 'csv']));
const BEFORE = query('before', 'Cursor: `next` of the previous page.');

/** All routes below `/api/v1/`; a test compares them with the table of routes. */
export const OPERATIONS: readonly Operation[] = [
  {
    path: '/api/v1/openapi.json',
    mayAsk: 'client',
    summary: 'This OpenAPI description.',
    parameters: [],
    answers: { [JSON_TYPE]: 'openapi' },
    failures: [],
  },
  {
    path: '/api/v1/explain',
    mayAsk: 'client',
    summary: 'The verdict on each file of a project, with its reason.',
    parameters: [
      PROJECT,
      VERSIONS,
      query('facts', '1: include the facts behind each verdict.', oneOf(['1', '0'])),
    ],
    answers: { [JSON_TYPE]: 'ExplainAnswer' },
    failures: ['bad-request', 'not-found', 'upstream-broken', 'upstream-unreachable'],
  },
  {
    path: '/api/v1/exposure',
    mayAsk: 'admin',
    summary: "Who downloaded a project's files or an artifact.",
    parameters: [
      PROJECT,
      VERSIONS,
      SHA256,
      SINCE,
      UNTIL,
      query('refused', '1: include refused requests.', oneOf(['1', '0'])),
      FORMAT,
    ],
    answers: { [JSON_TYPE]: 'ExposureAnswer', [CSV_TYPE]: 'text' },
    failures: ['bad-request', 'overloaded'],
  },
  {
    path: '/api/v1/overview',
    mayAsk: 'client',
    summary: 'Refusals by rule and over time, and service health.',
    parameters: [query('range', 'Time range that ends now.', oneOf(RANGES))],
    answers: { [JSON_TYPE]: 'OverviewAnswer' },
    failures: ['bad-request'],
  },
  {
    path: '/api/v1/refusals',
    mayAsk: 'client',
    summary: 'Refusals, warnings and dry-run refusals, grouped by file and rule.',
    parameters: [
      query('rule', 'Filter by rule. Records of other versions may have further rules.'),
      PROJECT,
      query('user', 'Filter by user.'),
      query('verdict', 'Filter by verdict.', oneOf(['block', 'warn', 'dry-run'])),
      SINCE,
      UNTIL,
      query('q', 'Case-insensitive search in project, version, filename, rule and reason.'),
      query('sort', 'Sort order.', oneOf(SORTS)),
      BEFORE,
      FORMAT,
    ],
    answers: { [JSON_TYPE]: 'RefusalsAnswer', [CSV_TYPE]: 'text' },
    failures: ['bad-request', 'forbidden', 'overloaded'],
  },
  {
    path: '/api/v1/refusals/{id}',
    mayAsk: 'client',
    summary: 'One decision, the current verdict on its file, and similar requests.',
    parameters: [inPath('id', 'The `id` of a decision in other responses.'), BEFORE],
    answers: { [JSON_TYPE]: 'RefusalAnswer' },
    failures: ['bad-request', 'not-found', 'overloaded'],
  },
  {
    path: '/api/v1/live',
    mayAsk: 'admin',
    summary:
      'New decisions as server-sent events, one per event, after the most recent ones. The stream ends when the server stops or the token is revoked.',
    parameters: [
      query('after', 'Id of the last decision received.'),
      {
        name: 'Last-Event-ID',
        in: 'header',
        description: 'Id of the last decision received, for a reconnecting client.',
      },
    ],
    answers: { 'text/event-stream': 'SeenDecision' },
    failures: ['bad-request', 'too-many-requests'],
  },
  {
    path: '/api/v1/projects/{project}',
    mayAsk: 'client',
    summary: 'The files of a project with their verdicts and their state on the project page.',
    parameters: [
      inPath('project', 'Project name. Other spellings redirect (301).'),
      query('show', 'Filter files.', oneOf(SHOWS)),
      query('page', 'Page number, from 1.', { type: 'integer', minimum: 1 }),
    ],
    answers: { [JSON_TYPE]: 'ProjectReport' },
    failures: ['bad-request', 'not-found', 'upstream-broken', 'upstream-unreachable'],
  },
  {
    path: '/api/v1/projects/{project}/files/{filename}',
    mayAsk: 'client',
    summary: 'The verdict on a file, its findings and possible actions.',
    parameters: [
      inPath('project', 'Project name.'),
      inPath('filename', 'Filename on the project page.'),
      query('before', 'Cursor: `history.searchedBackTo` of the previous response.', {
        format: 'date-time',
      }),
      SHA256,
    ],
    answers: { [JSON_TYPE]: 'WhyAnswer' },
    failures: ['bad-request', 'not-found', 'overloaded'],
  },
  {
    path: '/api/v1/policy',
    mayAsk: 'client',
    summary: 'The current policy: files, rules, waivers and edits.',
    parameters: [],
    answers: { [JSON_TYPE]: 'PolicyReport' },
    failures: [],
  },
  {
    path: '/api/v1/policy/files/{layer}/{name}',
    mayAsk: 'client',
    summary: 'A policy file or a part of it.',
    parameters: [
      {
        ...inPath(
          'layer',
          'own: a configured file. shipped: a file of the Wheelgate distribution.',
        ),
        schema: oneOf(['own', 'shipped']),
      },
      inPath('name', 'File name, without its folder.'),
      query('from', 'First line to return.', { type: 'integer', minimum: 1 }),
    ],
    answers: { [JSON_TYPE]: 'PolicyFilePart' },
    failures: ['bad-request', 'not-found'],
  },
  {
    path: '/api/v1/health',
    mayAsk: 'client',
    summary: 'The state of each part of the server.',
    parameters: [],
    answers: { [JSON_TYPE]: 'HealthAnswer' },
    failures: [],
  },
];
