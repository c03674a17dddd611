import { z } from 'zod';
import { parseSha256 } from '../../domain/digest.js';
import { filenameOf, LockCollector, type LockContent } from './locked.js';
import { LockError, readToml, tableLines, uploadTime } from './toml-lock.js';

const artifact = z.looseObject({
  name: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
  hashes: z.record(z.string(), z.string()).default({}),
  'upload-time': uploadTime(),
});

const schema = z.looseObject({
  'lock-version': z.string(),
  packages: z
    .array(
      z.looseObject({
        name: z.string(),
        version: z.string().optional(),
        index: z.string().optional(),
        vcs: z.looseObject({ url: z.string().optional(), path: z.string().optional() }).optional(),
        directory: z.looseObject({ path: z.string(), editable: z.boolean().optional() }).optional(),
        archive: artifact.optional(),
        sdist: artifact.optional(),
        wheels: z.array(artifact).default([]),
      }),
    )
    .default([]),
});

/** `pylock.toml` (PEP 751), lock version 1. */
export function readPylock(text: string, file: string): LockContent {
  const lock = readToml(text, schema);
  if (!/^1\.\d+$/.test(lock['lock-version']))
    throw new LockError(`lock-version ${lock['lock-version']} is not supported`);
  const lines = tableLines(text, 'packages', lock.packages.length);
  const collector = new LockCollector(file);
  for (const [index, one] of lock.packages.entries()) {
    const { name, version, vcs, directory, archive } = one;
    const line = lines[index];
    if (directory?.editable === true)
      collector.editable(name, `the folder ${directory.path}`, line);
    else if (directory !== undefined)
      collector.elsewhere(name, `the folder ${directory.path}`, line);
    if (vcs !== undefined)
      collector.elsewhere(name, vcs.url ?? vcs.path ?? 'version control', line);
    if (archive !== undefined)
      collector.elsewhere(name, archive.url ?? archive.path ?? 'an archive', line);
    const artifacts = [archive, one.sdist, ...one.wheels].filter((item) => item !== undefined);
    const files = artifacts.map((item) => ({
      url: item === archive ? undefined : item.url,
      filename: item.name ?? filenameOf(item.url ?? item.path),
      sha256: parseSha256(item.hashes.sha256),
      uploadTime: item['upload-time'],
    }));
    if (version !== undefined) collector.pin(name, version, files, line, one.index);
    else if (directory === undefined && vcs === undefined) collector.notPinned(name, name, line);
  }
  return collector.content('pylock.toml');
}
