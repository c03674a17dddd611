import { z } from 'zod';

/** The JSON Schema of the input (before defaults and transforms), as the text of a file. */
export function jsonSchemaText(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(json, null, 2)}\n`;
}
