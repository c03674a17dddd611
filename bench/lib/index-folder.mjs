// A package index as plain files: generated wheels and their pages.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { member, pack, wheelEnd } from './zip.mjs';

/**
 * A valid wheel with the given members, stored or deflated.
 * @param members `[path, bytes]`, or `[path, result of pack]` if many wheels share them
 */
export function buildWheel(name, members, { deflate = false, version = '1.0' } = {}) {
  const before = { length: 0, entries: [], records: [] };
  const parts = [];
  for (const [path, content] of members) {
    const packed = Buffer.isBuffer(content) ? pack(content, deflate ? 6 : 0) : content;
    const one = member(path, packed);
    before.entries.push(one.entry(before.length));
    before.records.push(one.record);
    before.length += one.length;
    parts.push(...one.bytes);
  }
  return {
    filename: wheelFilename(name, version),
    bytes: Buffer.concat([...parts, wheelEnd(name, version, before)]),
  };
}

export function wheelFilename(name, version) {
  return `${name}-${version}-py3-none-any.whl`;
}

/** The path of a project's only wheel in our index. */
export function wheelPath(name, version = '1.0') {
  return `/files/${name}/${wheelFilename(name, version)}`;
}

/** Writes a project's page and its files below `root`, as `simple/NAME/index.json` and `files/NAME/…`. */
export function publish(root, name, wheels, extraFiles = []) {
  const folder = join(root, 'files', name);
  mkdirSync(folder, { recursive: true });
  const files = wheels.map(({ filename, bytes }) => {
    writeFileSync(join(folder, filename), bytes);
    return listed(name, filename, bytes.length, sha256(bytes));
  });
  publishPage(root, name, [...files, ...extraFiles]);
}

/** Writes only a project's page; with `gzip` compressed, as indexes send long pages. @returns its bytes */
export function publishPage(root, name, files, { gzip = false } = {}) {
  const folder = join(root, 'simple', name);
  mkdirSync(folder, { recursive: true });
  const page = JSON.stringify({ meta: { 'api-version': '1.1' }, name, files });
  if (gzip) writeFileSync(join(folder, 'index.json.gz'), gzipSync(page));
  else writeFileSync(join(folder, 'index.json'), page);
  return page.length;
}

/** Files that only lengthen a page and are never downloaded. */
export function fillers(name, count) {
  return Array.from({ length: count }, (_, index) => {
    const filename = `${name}-${Math.floor(index / 8)}.${index % 8}-cp311-cp311-manylinux_2_17_x86_64.whl`;
    return listed(name, filename, 1_000_000 + index, sha256(`${name}${index}`));
  });
}

/** A file's entry on a page. */
export function listed(name, filename, size, sha256) {
  return {
    filename,
    url: `../../files/${name}/${filename}`,
    hashes: { sha256 },
    size,
    'requires-python': '>=3.9',
    'upload-time': '2024-05-06T07:08:09.123456Z',
    'core-metadata': false,
    yanked: false,
  };
}

/** In hexadecimal digits. */
export function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}
