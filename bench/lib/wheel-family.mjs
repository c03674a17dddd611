// Many different large wheels that share everything except their end: one file holds the shared part, so a hundred
// wheels of 100 MB need the disk space and the creation time of one.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { listed, publishPage, wheelFilename } from './index-folder.mjs';
import { member, pack, wheelEnd } from './zip.mjs';

/**
 * Publishes wheels of about `size` bytes below `root`, one per project, for the server `family`. Three of four members
 * are stored; the fourth is deflated to three quarters of its size.
 * @param names the projects' names
 */
export function publishFamily(root, names, size) {
  const each = Math.min(10e6, size / 4);
  const random = randomBytes(each);
  const stored = pack(random);
  const deflated = pack(Buffer.from(random.toString('base64').slice(0, each)), 1);
  mkdirSync(join(root, 'files'), { recursive: true });
  const file = openSync(join(root, 'files', 'head'), 'w');
  const hash = createHash('sha256');
  const before = { length: 0, entries: [], records: [] };
  for (let index = 0; before.length < size; index += 1) {
    const one = member(`family/part${index}.bin`, index % 4 === 3 ? deflated : stored);
    before.entries.push(one.entry(before.length));
    before.records.push(one.record);
    before.length += one.length;
    for (const bytes of one.bytes) {
      hash.update(bytes);
      writeSync(file, bytes);
    }
  }
  closeSync(file);
  for (const name of names) {
    const filename = wheelFilename(name, '1.0');
    const tail = wheelEnd(name, '1.0', before);
    mkdirSync(join(root, 'files', name), { recursive: true });
    writeFileSync(join(root, 'files', name, `${filename}.tail`), tail);
    const sha256 = hash.copy().update(tail).digest('hex');
    publishPage(root, name, [listed(name, filename, before.length + tail.length, sha256)]);
  }
}
