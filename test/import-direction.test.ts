import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { it } from 'node:test';

/**
 * What each part of `src/` may import, beside itself. Adding to a line is a decision about the design:
 * say why in the commit that does it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  messages: [],
  domain: [],
  runtime: ['domain'],
  yaml: ['domain'],
  access: ['domain', 'runtime', 'yaml'],
  policy: ['domain', 'runtime', 'yaml'],
  config: ['domain', 'yaml'],
  inspection: ['domain', 'runtime'],
  audit: ['domain', 'runtime', 'yaml', 'policy', 'inspection'],
  upstream: ['domain', 'runtime'],
  store: ['domain', 'runtime', 'inspection'],
  observe: ['domain'],
  decisions: ['domain', 'runtime'],
  fleet: ['domain', 'store', 'decisions'],
  redis: ['runtime'],
  replicas: ['domain', 'runtime', 'redis', 'store', 'decisions', 'fleet', 'artifacts', 'feed'],
  feed: ['domain', 'runtime'],
  exposure: ['domain', 'decisions', 'policy', 'store'],
  notify: ['domain', 'runtime', 'policy', 'store', 'decisions'],
  attestations: ['domain', 'runtime', 'upstream', 'store'],
  verdicts: ['domain', 'policy', 'store'],
  'project-pages': ['domain', 'runtime', 'upstream', 'store', 'verdicts', 'fleet'],
  probes: [
    'domain',
    'runtime',
    'decisions',
    'inspection',
    'upstream',
    'store',
    'fleet',
    'verdicts',
    'project-pages',
  ],
  osv: ['domain', 'runtime', 'store', 'verdicts', 'project-pages'],
  artifacts: [
    'domain',
    'runtime',
    'inspection',
    'upstream',
    'store',
    'fleet',
    'attestations',
    'verdicts',
    'project-pages',
  ],
  dashboard: [
    'domain',
    'runtime',
    'policy',
    'store',
    'decisions',
    'exposure',
    'verdicts',
    'project-pages',
  ],
  ui: ['domain', 'dashboard'],
  http: [
    'osv',
    'access',
    'runtime',
    'domain',
    'upstream',
    'store',
    'decisions',
    'observe',
    'exposure',
    'verdicts',
    'project-pages',
    'artifacts',
    'dashboard',
    'ui',
  ],
  compose: ['*'],
  workers: ['*'],
  cli: ['*'],
};

/** Words, which every part may use. */
const LEAF = 'messages';

const SRC = resolve('src');

function partOf(path: string): string {
  return relative(SRC, path).split('/')[0]!;
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SRC, name));

/** The sources that a source imports, as paths. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, target]) =>
    resolve(dirname(file), target!.replace(/\.js$/, '.ts')),
  );
}

it('imports go one way', () => {
  assert.ok(FILES.length > 20, 'the sources were not found');
  const wrong: string[] = [];
  for (const file of FILES) {
    const allowed = MAY_IMPORT[partOf(file)];
    assert.ok(allowed, `no rule for ${relative(SRC, file)}: say in this test what it may import`);
    for (const target of importsOf(file)) {
      const part = partOf(target);
      if (part === partOf(file) || part === LEAF || allowed.includes('*')) continue;
      if (!allowed.includes(part))
        wrong.push(`${relative(SRC, file)} imports ${relative(SRC, target)}`);
    }
  }
  assert.deepEqual(wrong, []);
});

it('no file imports itself in a circle', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) {
      const circle = [...path.slice(path.indexOf(file)), file];
      circles.push(circle.map((name) => relative(SRC, name)).join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of importsOf(file)) visit(target, [...path, file]);
    done.add(file);
  }
  for (const file of FILES) visit(file, []);
  assert.deepEqual(circles, []);
});
