import { z } from 'zod';
import { configSchema } from './schema.js';
import { isPath } from './terms.js';

/** One setting: a leaf of the configuration, as it can be given from outside the file. */
export interface ConfigKey {
  /** `['gate', 'hold-bytes']`. */
  readonly path: readonly string[];
  /** `gate.hold-bytes`. */
  readonly name: string;
  /** `WHEELGATE_GATE_HOLD_BYTES`. */
  readonly variable: string;
  readonly description: string;
  /** As a user would write it; undefined if there is no default, or it depends on the machine. */
  readonly default: unknown;
  readonly type: 'list' | 'number' | 'boolean' | 'text';
  /** Whether it is a file or folder, which may be given relative to another. */
  readonly isPath: boolean;
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly description?: string;
  readonly default?: unknown;
  readonly isPath?: true;
}

/** Every setting, derived from the schema, so the list is complete. */
export const CONFIG_KEYS: readonly ConfigKey[] = leaves(
  z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (isPath(zodSchema)) jsonSchema.isPath = true;
    },
  }) as JsonSchema,
  [],
);

function leaves(schema: JsonSchema, path: readonly string[]): ConfigKey[] {
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([key, part]) => leaves(part, [...path, key]));
  const { type } = schema;
  return [
    {
      path,
      name: path.join('.'),
      variable: `WHEELGATE_${path.join('_').replaceAll('-', '_').toUpperCase()}`,
      description: schema.description ?? '',
      default: schema.default,
      type:
        type === 'array'
          ? 'list'
          : type === 'integer'
            ? 'number'
            : type === 'boolean'
              ? 'boolean'
              : 'text',
      isPath: schema.isPath === true,
    },
  ];
}
