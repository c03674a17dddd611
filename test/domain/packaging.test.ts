import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  compareVersions,
  parseSpecifier,
  parseVersion,
  sameVersion,
} from '../../src/domain/version.js';
import { required } from '../support/requirements.js';

/** What `packaging` makes of versions and specifiers; `packaging-table.py` says how it is written. */
interface Table {
  readonly packaging: string;
  readonly versions: readonly string[];
  readonly ranks: readonly (number | null)[];
  /** The normal form, or null where the text is no version. */
  readonly texts: readonly (readonly [string, string | null])[];
  /** A bit for each version, or null where the specifier is invalid. */
  readonly specifiers: readonly (readonly [string, string | null])[];
}

const COMMITTED = 'test/domain/packaging-table.jsonl';
const MAKER = 'test/support/python/packaging-table.py';

function readTable(text: string): Table {
  const [head, versions, ranks, ...rest] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (kind: string) => rest.filter(([name]) => name === kind).map(([, ...row]) => row);
  const { packaging } = head;
  return { packaging, versions, ranks, texts: of('version'), specifiers: of('specifier') };
}

/** Every difference, as one readable line each. */
function differences({ versions, ranks, texts, specifiers }: Table): string[] {
  const found: string[] = [];
  const tell = (...what: unknown[]) => found.push(what.map((one) => JSON.stringify(one)).join(' '));
  for (const [text, normal] of texts) {
    const ours = parseVersion(text) ?? null;
    if (ours !== normal) tell('version', text, { ours, normal });
  }
  for (const [index, left] of versions.entries())
    for (const [other, right] of versions.entries()) {
      const [rank, second] = [ranks[index]!, ranks[other]!];
      if (rank === null || second === null) continue;
      const ours = Math.sign(compareVersions(left, right));
      if (ours !== Math.sign(rank - second)) tell('order', left, right, ours);
      if (sameVersion(left, right) !== (rank === second)) tell('same', left, right);
    }
  for (const [text, bits] of specifiers) {
    const ours = read(text);
    if ((ours === undefined) !== (bits === null)) tell(ours ? 'accepted' : 'refused', text);
    if (ours === undefined || bits === null) continue;
    const bytes = Buffer.from(bits, 'base64');
    for (const [index, version] of versions.entries()) {
      const theirs = ((bytes[index >> 3]! >> (index & 7)) & 1) === 1;
      if (ours.matches(version) !== theirs) tell('matches', text, version, { theirs });
    }
  }
  return found;
}

function read(text: string) {
  try {
    return parseSpecifier(text);
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return undefined;
  }
}

/** A Python that has `packaging`, as new as what the table was made with. */
function pythonWithPackaging(atLeast: string) {
  const clients = process.env.WHEELGATE_TEST_CLIENTS;
  const own =
    clients === undefined ? [] : [join(clients, 'packaging/bin/python')].filter(existsSync);
  const found = [...own, 'python3'].find((python) => {
    try {
      const program = 'from importlib.metadata import version; print(version("packaging"))';
      const stdio = ['ignore', 'pipe', 'ignore'] as const;
      const version = execFileSync(python, ['-c', program], {
        encoding: 'utf8',
        stdio: [...stdio],
      });
      return compareVersions(version, atLeast) >= 0;
    } catch {
      return false;
    }
  });
  return required(
    found,
    `a Python with packaging ${atLeast} or newer`,
    'python3 -m venv CLIENTS/packaging && CLIENTS/packaging/bin/pip install packaging, WHEELGATE_TEST_CLIENTS=CLIENTS',
  );
}

describe('versions and specifiers are what packaging takes them for', () => {
  const committed = readTable(readFileSync(COMMITTED, 'utf8'));

  it('in the committed table', () => {
    const { versions, specifiers, texts } = committed;
    const valid = specifiers.filter(([, bits]) => bits !== null).length;
    const pairs = versions.length * valid;
    assert.ok(pairs > 500_000 && specifiers.length - valid > 300 && texts.length > 1_000);
    assert.deepEqual(differences(committed).slice(0, 20), []);
  });

  const { found: python, skip } = pythonWithPackaging(committed.packaging);
  const seed = process.env.FUZZ_SEED ?? '2111';
  it(`in a table made anew with seed ${seed}`, { skip }, () => {
    const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
    const text = execFileSync(python!, [MAKER, seed, '300', '1500'], options);
    assert.deepEqual(differences(readTable(text)).slice(0, 20), []);
  });
});
