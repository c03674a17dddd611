import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { it } from 'node:test';

/**
 * What each part of `src/` may import, beside itself. Adding to a line is a decision about the design:
 * say why in the commit that does it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  yaml: ['domain'],
  policy: ['domain', 'yaml', 'package-root.ts'],
  config: ['domain', 'yaml'],
  inspection: ['domain'],
  audit: ['domain', 'yaml', 'policy', 'inspection'],
  upstream: ['domain'],
  store: ['domain', 'inspection'],
  observe: ['domain'],
  verdicts: ['domain', 'policy', 'store'],
  pages: ['domain', 'upstream', 'store', 'verdicts'],
  artifacts: ['domain', 'inspection', 'upstream', 'store', 'verdicts', 'pages'],
  http: ['domain', 'upstream', 'store', 'observe', 'verdicts', 'pages', 'artifacts'],
  'package-root.ts': [],
  'compose.ts': ['*'],
  cli: ['*'],
};

const SRC = resolve('src');

function partOf(path: string): string {
  return relative(SRC, path).split('/')[0]!;
}

it('imports go one way', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SRC, name));
  assert.ok(files.length > 20, 'the sources were not found');
  const wrong: string[] = [];
  for (const file of files) {
    const allowed = MAY_IMPORT[partOf(file)];
    assert.ok(allowed, `no rule for ${relative(SRC, file)}: say in this test what it may import`);
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)) {
      const part = partOf(resolve(dirname(file), target!.replace(/\.js$/, '.ts')));
      if (part !== partOf(file) && !allowed.includes('*') && !allowed.includes(part))
        wrong.push(`${relative(SRC, file)} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});
