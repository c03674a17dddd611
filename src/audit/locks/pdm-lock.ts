import { z } from 'zod';
import { filenameOf, LockCollector, type LockContent, sha256Of } from './locked.js';
import { readToml, tableLines } from './toml-lock.js';

const files = z.array(
  z.looseObject({
    file: z.string().optional(),
    url: z.string().optional(),
    hash: z.string().optional(),
  }),
);

const schema = z.looseObject({
  package: z
    .array(
      z.looseObject({
        name: z.string(),
        version: z.string().optional(),
        files: files.optional(),
        editable: z.boolean().optional(),
        path: z.string().optional(),
        url: z.string().optional(),
        git: z.string().optional(),
        hg: z.string().optional(),
        svn: z.string().optional(),
        bzr: z.string().optional(),
      }),
    )
    .default([]),
  metadata: z.looseObject({ files: z.record(z.string(), files).optional() }),
});

/** `pdm.lock`: files in each package (from lock version 4.3 on), or all in `metadata.files`. */
export function readPdmLock(text: string, file: string): LockContent {
  const lock = readToml(text, schema);
  const lines = tableLines(text, 'package', lock.package.length);
  const collector = new LockCollector(file);
  for (const [index, one] of lock.package.entries()) {
    const { name, version } = one;
    const line = lines[index];
    const where = one.path ?? one.url ?? one.git ?? one.hg ?? one.svn ?? one.bzr;
    if (where !== undefined) {
      if (one.editable === true) collector.editable(name, where, line);
      else collector.elsewhere(name, where, line);
    }
    if (version === undefined) {
      if (where === undefined) collector.notPinned(name, name, line);
      continue;
    }
    const listed = one.files ?? lock.metadata.files?.[`${name} ${version}`] ?? [];
    collector.pin(
      name,
      version,
      listed.map(({ file: filename, url, hash }) => ({
        filename: filename ?? filenameOf(url),
        sha256: sha256Of(hash),
        uploadTime: undefined,
        url: where === undefined ? url : undefined,
      })),
      line,
    );
  }
  return collector.content('pdm.lock');
}
