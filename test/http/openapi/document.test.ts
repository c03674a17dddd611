import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApi } from '../../../src/http/openapi/document.js';
import { OPERATIONS } from '../../../src/http/openapi/operations.js';
import { routeFinder } from '../../../src/http/route.js';
import { ROUTES } from '../../../src/http/routes/table.js';

const BELOW = '/api/v1/';

describe('the description of /api/v1', () => {
  it('is OpenAPI 3.1 by its own schema, and refers to nothing that is not there', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...openApi('1.2.3') });
    assert.ok(valid, JSON.stringify(errors, null, 2));
    assert.equal(validator.version, '3.1');
    const text = JSON.stringify(openApi('1.2.3'));
    const document = JSON.parse(text);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      assert.ok(document.components.schemas[name!], name);
  });

  it('has every row of the table of routes, and nothing that has none, for whom the row is', () => {
    const rowOf = routeFinder(ROUTES);
    const met = new Set(OPERATIONS.map(({ path }) => rowOf(path)?.path));
    const rows = ROUTES.map(({ path }) => path).filter((path) => path.startsWith(BELOW));
    assert.deepEqual(
      rows.filter((path) => !met.has(path)),
      [],
    );
    for (const { path, mayAsk } of OPERATIONS) assert.equal(rowOf(path)?.mayAsk, mayAsk, path);
  });

  it('names each part of a path as a parameter, and every operation in a way of its own', () => {
    for (const { path, parameters } of OPERATIONS) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const named = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      assert.deepEqual(named, parts, path);
    }
    const ids = Object.values((openApi('1') as any).paths).map(({ get }: any) => get.operationId);
    assert.equal(new Set(ids).size, OPERATIONS.length);
  });

  it('says of the answers what their types say (npm run openapi)', () => {
    const program = `import { schemasOfTypes } from './scripts/schemas-of-types.mjs';
      console.log(JSON.stringify(schemasOfTypes('src/http/openapi/answers.ts', 'Answers')));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });
    assert.equal(run.stderr, '');
    const written = JSON.parse(readFileSync('src/http/openapi/schemas.json', 'utf8'));
    assert.deepEqual(written, JSON.parse(run.stdout));
  });
});
