import { jsonSchemaText } from '../yaml/json-schema.js';
import { expectationsSchema } from './expectations/schema.js';
import { policySchema } from './schema.js';

/** `schema/policy.schema.json`. */
export function policyJsonSchema(): string {
  return jsonSchemaText(policySchema);
}

/** `schema/policy-tests.schema.json`. */
export function expectationsJsonSchema(): string {
  return jsonSchemaText(expectationsSchema);
}
