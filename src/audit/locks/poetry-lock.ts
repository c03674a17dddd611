import { z } from 'zod';
import { LockCollector, type LockContent, sha256Of } from './locked.js';
import { readToml, tableLines } from './toml-lock.js';

const files = z.array(z.looseObject({ file: z.string(), hash: z.string().optional() }));

const schema = z.looseObject({
  package: z
    .array(
      z.looseObject({
        name: z.string(),
        version: z.string(),
        files: files.optional(),
        develop: z.boolean().optional(),
        source: z
          .looseObject({ type: z.string().optional(), url: z.string().optional() })
          .optional(),
      }),
    )
    .default([]),
  metadata: z.looseObject({ files: z.record(z.string(), files).optional() }),
});

/** `poetry.lock`: files in each package (from 1.3 on, also 2.x), or all in `metadata.files`. */
export function readPoetryLock(text: string, file: string): LockContent {
  const lock = readToml(text, schema);
  const lines = tableLines(text, 'package', lock.package.length);
  const collector = new LockCollector(file);
  for (const [index, { name, version, source, develop, ...rest }] of lock.package.entries()) {
    const line = lines[index];
    // poetry's `legacy` means any index except the default one.
    if (source?.type !== undefined && source.type !== 'legacy') {
      const where = source.url ?? source.type;
      if (develop === true) collector.editable(name, where, line);
      else collector.elsewhere(name, where, line);
    }
    const listed = rest.files ?? lock.metadata.files?.[name] ?? [];
    collector.pin(
      name,
      version,
      listed.map((one) => ({
        filename: one.file,
        sha256: sha256Of(one.hash),
        uploadTime: undefined,
      })),
      line,
      source?.type === 'legacy' ? source.url : undefined,
    );
  }
  return collector.content('poetry.lock');
}
