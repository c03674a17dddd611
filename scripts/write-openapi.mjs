// Writes the schemas that /api/v1/openapi.json refers to: `npm run openapi`, after a change of what a route below /api/v1/
// answers with. A test holds that the committed file says what the types say.
import { writeFileSync } from 'node:fs';
import { schemasOfTypes } from './schemas-of-types.mjs';

const schemas = schemasOfTypes('src/http/openapi/answers.ts', 'Answers');
writeFileSync('src/http/openapi/schemas.json', `${JSON.stringify(schemas, null, 2)}\n`);
