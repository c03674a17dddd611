import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: unknown };
    }[];
  };
}

/**
 * Writes JSON Schemas of what is defined in a folder of CustomResourceDefinitions: strict ones, in which a key that is not
 * defined is a fault.
 * @returns where kubeconform finds them, by kind and version
 */
export function writeCrdSchemas(definitions: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(definitions)) {
    const { spec } = parse(readFileSync(join(definitions, name), 'utf8')) as Definition;
    for (const version of spec.versions) {
      const file = `${spec.names.kind}-${spec.group}-${version.name}.json`.toLowerCase();
      writeFileSync(join(folder, file), JSON.stringify(strict(version.schema.openAPIV3Schema)));
    }
  }
  return join(folder, '{{ .ResourceKind }}-{{ .Group }}-{{ .ResourceAPIVersion }}.json');
}

function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, strict(value)]),
  );
  const isClosed =
    'properties' in inner &&
    !('additionalProperties' in inner) &&
    inner['x-kubernetes-preserve-unknown-fields'] !== true;
  return isClosed ? { ...inner, additionalProperties: false } : inner;
}
