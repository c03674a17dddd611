// Writes the JSON Schemas for editors and Helm from the code that reads the files. `npm run schemas` runs it; a test
// compares the committed files with the code.
import { mkdirSync, writeFileSync } from 'node:fs';

const { policyJsonSchema, expectationsJsonSchema } = await import(
  '../build/src/policy/json-schema.js'
);
const { configJsonSchema } = await import('../build/src/config/schema.js');
const { VALUES_SCHEMA_FILE, valuesSchema } = await import(
  '../build/test/deploy/chart/values-schema.js'
);
mkdirSync('schema', { recursive: true });
writeFileSync('schema/policy.schema.json', policyJsonSchema());
writeFileSync('schema/policy-tests.schema.json', expectationsJsonSchema());
writeFileSync('schema/config.schema.json', configJsonSchema());
writeFileSync(VALUES_SCHEMA_FILE, valuesSchema());
