import { jsonSchemaText } from '../yaml/json-schema.js';
import { configSchema } from './schema.js';

/** `schema/config.schema.json`. */
export function configJsonSchema(): string {
  return jsonSchemaText(configSchema);
}
