import { jsonSchemaText } from '../yaml/json-schema.js';
import { policySchema } from './schema.js';

/** `schema/policy.schema.json`. */
export function policyJsonSchema(): string {
  return jsonSchemaText(policySchema);
}
