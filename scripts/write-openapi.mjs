// Writes the schemas of /api/v1/openapi.json: `npm run openapi`, after a change to a response below /api/v1/. A test
// compares the committed file with the types.
import { writeFileSync } from 'node:fs';
import { schemasOfTypes } from './schemas-of-types.mjs';

const schemas = schemasOfTypes('src/http/openapi/answers.ts', 'Answers');
writeFileSync('src/http/openapi/schemas.json', `${JSON.stringify(schemas, null, 2)}\n`);
