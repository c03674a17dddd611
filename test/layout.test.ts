import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { it } from 'node:test';

/** Folders of tests that mirror no folder of `src/`: CONTRIBUTING.md says what each is. */
const OTHERS = ['behaviour', 'chaos', 'clients', 'corpus', 'deploy', 'project', 'support'];
/** Below a folder that mirrors one. */
const WITHIN = ['contract', 'fixtures', 'support'];

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
}

const SOURCES = sourcesIn('src');
const MIRRORING = sourcesIn('test').filter(
  (name) => name.includes('/') && !OTHERS.includes(name.split('/')[0]!),
);

it('each folder of tests mirrors one of src, or is of a kind of its own', () => {
  const folders = new Set(MIRRORING.map((name) => dirname(name)));
  const wrong = [...folders].filter((folder) => {
    const steps = folder.split('/');
    const end = steps.findIndex((step) => WITHIN.includes(step));
    return !existsSync(join('src', ...(end === -1 ? steps : steps.slice(0, end))));
  });
  assert.deepEqual(wrong, []);
});

it('a test with the name of a source lies where the source does', () => {
  const wrong: string[] = [];
  for (const name of MIRRORING) {
    const source = name.replace(/\.test\.ts$/, '.ts');
    if (source === name || SOURCES.includes(source)) continue;
    const namesakes = SOURCES.filter(
      (other) =>
        basename(other) === basename(source) && other.split('/')[0] === source.split('/')[0],
    );
    if (namesakes.length > 0 && !name.includes('/contract/'))
      wrong.push(`${name}: there is src/${namesakes.join(', src/')}`);
  }
  assert.deepEqual(wrong, []);
});
