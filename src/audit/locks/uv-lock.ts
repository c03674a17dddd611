import { z } from 'zod';
import { filenameOf, LockCollector, type LockContent, sha256Of } from './locked.js';
import { LockError, readToml, tableLines, uploadTime } from './toml-lock.js';

const artifact = z.looseObject({
  url: z.string().optional(),
  path: z.string().optional(),
  filename: z.string().optional(),
  hash: z.string().optional(),
  'upload-time': uploadTime(),
});

const schema = z.looseObject({
  version: z.number(),
  package: z
    .array(
      z.looseObject({
        name: z.string(),
        version: z.string().optional(),
        source: z.record(z.string(), z.unknown()),
        sdist: artifact.optional(),
        wheels: z.array(artifact).default([]),
      }),
    )
    .default([]),
});

/** The project itself, or a member of its workspace. */
const OWN = ['virtual', 'editable', 'directory'] as const;

/** `uv.lock`, version 1 (every revision of it). */
export function readUvLock(text: string, file: string): LockContent {
  const lock = readToml(text, schema);
  if (lock.version !== 1)
    throw new LockError(`version ${lock.version} of uv.lock is not supported`);
  const lines = tableLines(text, 'package', lock.package.length);
  const collector = new LockCollector(file);
  for (const [index, { name, version, source, sdist, wheels }] of lock.package.entries()) {
    const line = lines[index];
    const own = OWN.find((kind) => source[kind] !== undefined);
    if (own !== undefined) {
      const where = `the folder ${source[own]}`;
      if (own === 'editable') collector.editable(name, where, line);
      else if (own === 'directory') collector.elsewhere(name, where, line);
      continue;
    }
    const from = source.registry ?? source.url ?? source.path;
    if (source.registry === undefined)
      collector.elsewhere(name, String(source.git ?? from ?? 'an unknown source'), line);
    if (version === undefined) {
      if (source.registry !== undefined) collector.notPinned(name, name, line);
      continue;
    }
    const artifacts = [sdist, ...wheels].filter((one) => one !== undefined);
    const files = artifacts.map((one) => ({
      filename: one.filename ?? filenameOf(one.url ?? one.path ?? String(from ?? '')),
      sha256: sha256Of(one.hash),
      uploadTime: one['upload-time'],
      url: source.registry === undefined ? undefined : one.url,
    }));
    collector.pin(name, version, files, line, textOf(source.registry));
  }
  return collector.content('uv.lock');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
