import { z } from 'zod';
import { LockCollector, type LockContent, sha256Of } from './locked.js';
import { LockError, readShape } from './toml-lock.js';

const entry = z.looseObject({
  version: z.string().optional(),
  hashes: z.array(z.string()).default([]),
  editable: z.boolean().optional(),
  path: z.string().optional(),
  file: z.string().optional(),
  git: z.string().optional(),
  ref: z.string().optional(),
  index: z.string().optional(),
});

const source = z.looseObject({ name: z.string().optional(), url: z.string().optional() });

const schema = z
  .looseObject({
    _meta: z.looseObject({
      'pipfile-spec': z.number().optional(),
      sources: z.array(source).default([]),
    }),
  })
  .catchall(z.record(z.string(), entry));

/** `Pipfile.lock`: all categories, including `default` and `develop`. */
export function readPipfileLock(text: string, file: string): LockContent {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new LockError(`not JSON: ${(error as Error).message}`);
  }
  const { _meta, ...categories } = readShape(document, schema);
  const collector = new LockCollector(file);
  // A package without a source comes from the first one.
  const indexOf = (name: string | undefined): string | undefined =>
    (_meta.sources.find((one) => one.name === name) ?? _meta.sources[0])?.url;
  const lines = text.split('\n');
  for (const packages of Object.values(categories))
    for (const [name, one] of Object.entries(packages as Record<string, z.output<typeof entry>>)) {
      const found = lines.findIndex((row) =>
        row.trimStart().startsWith(`${JSON.stringify(name)}:`),
      );
      const line = found === -1 ? undefined : found + 1;
      const where = one.git ?? one.path ?? one.file;
      if (where !== undefined) {
        if (one.editable === true) collector.editable(name, where, line);
        else collector.elsewhere(name, where, line);
      }
      const version = /^={2,3}\s*([^*\s,]+)$/.exec(one.version ?? '')?.[1];
      if (version !== undefined)
        collector.pin(
          name,
          version,
          one.hashes.map((hash) => ({
            filename: undefined,
            sha256: sha256Of(hash),
            uploadTime: undefined,
          })),
          line,
          where === undefined ? indexOf(one.index) : undefined,
        );
      else if (where === undefined) collector.notPinned(name, `${name}${one.version ?? ''}`, line);
    }
  return collector.content('Pipfile.lock');
}
