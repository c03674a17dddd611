import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { asClause, FAILURES, Failure } from '../../src/domain/failure.js';

/** What is thrown as a text of its own, and not made of another's. */
const THROWN = /new Failure\(\s*'[a-z-]+',\s*(['"`])((?:(?!\1).)+)\1/gs;

describe('failures', () => {
  it('are listed in docs/errors.md with status and title, each with when and what to do, and no other', () => {
    const rows = readFileSync('docs/errors.md', 'utf8')
      .split('\n')
      .filter((line) => /^\| `[a-z-]+` \| \d/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    for (const [, kind, , , when, then] of rows) assert.ok(when && then, `${kind} lacks a cell`);
    assert.deepEqual(
      rows.map(([, kind, status, title]) => [kind, status, title]),
      Object.entries(FAILURES).map(([kind, { status, title }]) => [
        `\`${kind}\``,
        String(status),
        title,
      ]),
    );
  });

  it('say in a sentence what is the matter: a capital in front, a full stop behind', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const thrown = sources.flatMap((name) =>
      [...readFileSync(join('src', name), 'utf8').matchAll(THROWN)].map(([, , text]) => text!),
    );
    assert.ok(thrown.length > 25, `only ${thrown.length} were found`);
    assert.deepEqual(
      thrown.filter((text) => !/^(?:[A-Z]|\$\{).*\.$/s.test(text)),
      [],
    );
  });

  it('are a clause within the sentence of another', () => {
    const failure = new Failure('upstream-broken', 'The upstream pypi returned status 418.');
    assert.equal(asClause(failure), 'the upstream pypi returned status 418');
  });
});
