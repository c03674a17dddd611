import { readFileSync } from 'node:fs';
import { FAILURES, type FailureKind } from '../../domain/failure.js';
import { OPERATIONS, type Operation, type Parameter } from './operations.js';

/** How any request may fail. */
const ALWAYS: readonly FailureKind[] = ['unauthorised', 'forbidden', 'internal', 'unconfirmed'];

const PROBLEM = {
  description: 'RFC 9457.',
  type: 'object',
  properties: {
    type: { enum: Object.keys(FAILURES).map((kind) => `urn:wheelgate:failure:${kind}`) },
    title: { type: 'string' },
    detail: { type: 'string' },
    status: { type: 'integer' },
    instance: {
      type: 'string',
      description: '`urn:wheelgate:request:` and the id of the request.',
    },
  },
  required: ['type', 'title', 'detail', 'status'],
  additionalProperties: false,
};

/** The schemas of the answers, as `npm run openapi` has written them. */
function readSchemas(): Readonly<Record<string, object>> {
  return JSON.parse(readFileSync(new URL('./schemas.json', import.meta.url), 'utf8'));
}

/** The description of `/api/v1` (OpenAPI 3.1). @param version of Wheelgate */
export function openApi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wheelgate',
      version,
      description: 'The data of the dashboard, for programs.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '../..', description: 'The server that sent this description.' }],
    paths: Object.fromEntries(
      OPERATIONS.map((operation) => [operation.path, { get: described(operation) }]),
    ),
    components: {
      schemas: { ...readSchemas(), Problem: PROBLEM },
      securitySchemes: {
        password: { type: 'http', scheme: 'basic', description: 'Token as the password.' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function described({ path, mayAsk, summary, parameters, answers, failures }: Operation): object {
  return {
    operationId: nameOf(path),
    summary,
    description: `With access.tokens, requires the role ${mayAsk}.`,
    // Nobody has to show a token where none are asked for.
    security: [{}, { password: [] }, { token: [] }],
    parameters: parameters.map(parameter),
    responses: {
      200: {
        description: 'Success.',
        content: Object.fromEntries(
          Object.entries(answers).map(([type, name]) => [type, { schema: schemaOf(name) }]),
        ),
      },
      ...failuresOf([...failures, ...ALWAYS]),
    },
  };
}

function schemaOf(name: Operation['answers'][string]): object {
  if (name === 'text') return { type: 'string' };
  return name === 'openapi' ? { type: 'object' } : { $ref: `#/components/schemas/${name}` };
}

function parameter({ schema = {}, ...rest }: Parameter): object {
  const required = rest.in === 'path';
  return { ...rest, required, schema: { type: 'string', ...schema } };
}

/** Several kinds may have one status. */
function failuresOf(kinds: readonly FailureKind[]): Record<number, object> {
  const byStatus: Record<number, object> = {};
  for (const status of new Set(kinds.map((kind) => FAILURES[kind].status)))
    byStatus[status] = {
      description: [...new Set(kinds)]
        .filter((kind) => FAILURES[kind].status === status)
        .map((kind) => `${FAILURES[kind].title} (${kind}).`)
        .join(' '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  return byStatus;
}

/** `/api/v1/projects/{project}` is getProjectsProject. */
function nameOf(path: string): string {
  const words = path.slice('/api/v1/'.length).split(/\W+/).filter(Boolean);
  return `get${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`;
}
