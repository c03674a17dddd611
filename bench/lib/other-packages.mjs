// Small packages that no client installs: after delivering them, a server has run its code often enough to reach its
// usual speed, like one after a day of service.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWheel, listed, publishPage, sha256 } from './index-folder.mjs';

const AT_ONCE = 8;

/** A module of a few kilobytes that compresses like source code. */
function moduleText(seed) {
  const words = createHash('sha512').update(seed).digest('hex').match(/.{4}/g);
  const lines = Array.from({ length: 40 + (words[0].charCodeAt(0) % 60) }, (_, line) => {
    const [one, other] = [words[line % words.length], words[(line * 7) % words.length]];
    return `def f_${one}_${line}(value):\n    return value.${other}(${line}) or None\n`;
  });
  return Buffer.from(lines.join('\n'));
}

/** Publishes `count` packages of 60 modules each, with their metadata files. @returns their names */
export function publishOthers(root, count) {
  return Array.from({ length: count }, (_, index) => {
    const name = `other${index}`;
    const members = Array.from({ length: 60 }, (_, module) => [
      `${name}/module${module}.py`,
      moduleText(`${name} ${module}`),
    ]);
    const { filename, bytes } = buildWheel(name, members, { deflate: true });
    const folder = join(root, 'files', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, filename), bytes);
    const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`;
    writeFileSync(join(folder, `${filename}.metadata`), metadata);
    publishPage(root, name, [
      {
        ...listed(name, filename, bytes.length, sha256(bytes)),
        'core-metadata': { sha256: sha256(metadata) },
      },
    ]);
    return name;
  });
}

/** Requests the page, the metadata and the wheel of each, like uv, several packages at a time. */
export async function takeOthers(simple, names) {
  const waiting = [...names];
  const one = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const page = await fetch(`${simple}${name}/`, {
        headers: { accept: 'application/vnd.pypi.simple.v1+json' },
      });
      const { files } = await page.json();
      const url = new URL(files[0].url, page.url).href;
      for (const each of [`${url}.metadata`, url]) {
        const answer = await fetch(each);
        if (!answer.ok) throw new Error(`${each}: ${answer.status}`);
        await answer.arrayBuffer();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
