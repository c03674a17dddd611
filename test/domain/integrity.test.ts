import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import {
  type Algorithm,
  checked,
  type Hashes,
  hasOtherStrong,
  isStrong,
  readHashes,
} from '../../src/domain/hashes.js';
import { agreed, type Demands, identify, type SeenBytes } from '../../src/domain/integrity.js';

const DIGITS = { sha256: 64, sha512: 128, sha384: 96, md5: 32 } as const;
const RIGHT = hashesOf('a');
const WRONG = hashesOf('b');
const filename = 'demo-1.0-py3-none-any.whl';

function hashesOf(digit: string): Required<Pick<Hashes, keyof typeof DIGITS>> {
  const entries = Object.entries(DIGITS).map(([name, digits]) => [name, digit.repeat(digits)]);
  return Object.fromEntries(entries);
}

function record(hashes: Hashes, more: Partial<SeenBytes> = {}): SeenBytes {
  return { filename, sha256: RIGHT.sha256 as Sha256, hashes, ...more };
}

/** Each of them absent, right or wrong. */
function* declarations(): Generator<Hashes> {
  const names = Object.keys(DIGITS) as (keyof typeof DIGITS)[];
  for (let number = 0; number < 3 ** names.length; number += 1) {
    const entries = names.flatMap((name, index) => {
      const which = Math.floor(number / 3 ** index) % 3;
      return which === 0 ? [] : [[name, (which === 1 ? RIGHT : WRONG)[name]]];
    });
    yield Object.fromEntries(entries);
  }
}

const RECORDS: readonly (SeenBytes | 'unreadable' | undefined)[] = [
  undefined,
  'unreadable',
  record({}),
  record({ md5: RIGHT.md5 }),
  record({ sha512: RIGHT.sha512 }),
  record({ sha512: RIGHT.sha512, sha384: RIGHT.sha384, md5: RIGHT.md5 }),
];
const PINS = [
  ...RECORDS,
  record({}, { declared: true }),
  record({ md5: RIGHT.md5 }, { declared: true }),
  record({}, { other: WRONG.sha256 as Sha256 }),
  record({}, { declared: true, replaced: { sha256: WRONG.sha256 as Sha256 } }),
];
const DEMANDS = [
  { unhashed: 'refuse', reuploads: 'refuse' },
  { unhashed: 'pin', reuploads: 'refuse' },
  { unhashed: 'refuse', reuploads: 'accept' },
  { unhashed: 'pin', reuploads: 'accept' },
] as const satisfies Demands[];
const PINNING: Demands = { unhashed: 'pin', reuploads: 'refuse' };
const named = <T>(value: T | undefined) => new Map(value === undefined ? [] : [[filename, value]]);

describe('the integrity of a file', () => {
  it('never rests on less than a strong digest or a pin, whatever is declared and known', () => {
    let cases = 0;
    for (const hashes of declarations())
      for (const demands of DEMANDS)
        for (const fact of RECORDS)
          for (const pin of PINS) {
            const { unhashed, reuploads } = demands;
            const file = { filename, hashes };
            const seen = { facts: named(fact), pins: named(pin) };
            const { sha256, integrity } = identify(file, demands, seen);
            const about = JSON.stringify({ hashes, demands, fact, pin, sha256, integrity });
            cases += 1;
            const binding =
              pin !== undefined &&
              (pin === 'unreadable'
                ? !isStrong(hashes)
                : reuploads === 'refuse' || !(pin.declared && isStrong(hashes)));
            if (typeof integrity === 'object') {
              // Only new bytes that a waiver may name are known by their digest.
              assert.ok(sha256 === undefined || sha256 === integrity.other, about);
              assert.ok(binding || (unhashed === 'refuse' && !isStrong(hashes)), about);
              continue;
            }
            if (unhashed === 'refuse') assert.ok(isStrong(hashes), about);
            if (hashes.sha256 !== undefined) assert.ok([hashes.sha256].includes(sha256!), about);
            if (binding) {
              assert.ok(pin !== 'unreadable' && pin.other === undefined, about);
              assert.equal(sha256, pin.sha256, about);
            }
            if (integrity === 'on-arrival') continue;
            // Nothing is left to be checked: all that counts is declared as the sha256, or was found true of the bytes.
            const found = [fact, pin].flatMap((one) => (typeof one === 'object' ? [one] : []));
            assert.ok(
              (!binding && hashes.sha256 === sha256 && !hasOtherStrong(hashes)) ||
                found.some((one) =>
                  checked(hashes).every(
                    ([algorithm, digest]) =>
                      digest === { ...one.hashes, sha256: one.sha256 }[algorithm],
                  ),
                ),
              about,
            );
            assert.notEqual(sha256, undefined, about);
          }
    assert.ok(cases > 5_000);
  });

  it('is in doubt where pins cannot be read, and only where they count', () => {
    const seen = { facts: new Map(), pins: undefined };
    for (const hashes of declarations()) {
      for (const demands of DEMANDS) {
        const { integrity } = identify({ filename, hashes }, demands, seen);
        // A strong digest identifies the bytes as well.
        assert.equal(typeof integrity === 'object', !isStrong(hashes));
      }
    }
  });
});

describe('declared digests', () => {
  it('are read whatever the case, and nothing else is', () => {
    for (const [name, digits] of Object.entries(DIGITS)) {
      const algorithm = name as Algorithm;
      const hex = 'aB'.repeat(digits / 2);
      assert.deepEqual(readHashes([[name.toUpperCase(), hex]]), {
        hashes: { [algorithm]: hex.toLowerCase() },
        doubt: undefined,
      });
      for (const odd of [
        hex.slice(1),
        `${hex}a`,
        ` ${hex.slice(1)}`,
        `${hex.slice(1)}g`,
        7,
        {},
        [hex],
      ]) {
        const { hashes, doubt } = readHashes([[name, odd]]);
        assert.deepEqual(hashes, {});
        assert.match(doubt!, new RegExp(`a ${name} that is invalid`));
      }
      for (const none of ['', null, undefined])
        assert.deepEqual(readHashes([[name, none]]), { hashes: {}, doubt: undefined });
    }
    for (const name of ['blake2b_256', '__proto__', 'constructor', 'toString', 'sha3_256', ''])
      assert.deepEqual(readHashes([[name, 'a'.repeat(64)]]), { hashes: {}, doubt: undefined });
  });

  it('are a doubt where a strong one cannot be read, beside whatever else', () => {
    const { sha256, sha512, md5 } = RIGHT;
    for (const [given, doubtful] of [
      [{ sha256, md5: 'x' }, false],
      [{ sha256, sha512: 'x' }, true],
      [{ sha512, sha256: 'x' }, true],
      [{ md5, sha256: 'x' }, true],
      [{ md5: 'x' }, true],
      [{ md5, sha1: 'x' }, true],
      [{ md5, SHA256: sha256, Sha256: sha256 }, false],
      [{ md5, SHA256: sha256, Sha256: WRONG.sha256 }, true],
    ] as const)
      assert.equal(
        readHashes(Object.entries(given)).doubt !== undefined,
        doubtful,
        JSON.stringify(given),
      );
  });
});

describe('a pin, once somebody else tells of his of the same file', () => {
  const other = (hashes: Hashes, more: Partial<SeenBytes> = {}): SeenBytes => ({
    ...record(hashes, more),
    sha256: WRONG.sha256 as Sha256,
  });
  const isRefused = (pin: SeenBytes, hashes: Hashes, demands: Demands): boolean =>
    typeof identify({ filename, hashes }, demands, { facts: new Map(), pins: named(pin) })
      .integrity === 'object';

  it('is the same where the bytes are, with all that is known of them, and binds where one of the two does', () => {
    for (const demands of DEMANDS) {
      const pin = record({ md5: RIGHT.md5 }, { declared: true });
      const told = record({ sha512: RIGHT.sha512 }, { declared: true });
      const both = { md5: RIGHT.md5, sha512: RIGHT.sha512 };
      assert.deepEqual(agreed(pin, told, demands), record(both, { declared: true }));
      assert.deepEqual(agreed(pin, record({}), demands), record({ md5: RIGHT.md5 }));
    }
  });

  it('counts for neither of two bytes where one of the pins binds, whoever hears of whose', () => {
    for (const demands of DEMANDS)
      for (const [held, told] of [
        [record({}), other({})],
        [record({}, { declared: true }), other({})],
        [record({}), other({}, { declared: true })],
      ] as const)
        for (const pin of [agreed(held, told, demands), agreed(told, held, demands)])
          if (demands.unhashed === 'pin') assert.ok(isRefused(pin, {}, demands));
  });

  it('gives way to the later one where both are of bytes that their index declared, and it may have others', () => {
    const [pin, told] = [record({}, { declared: true }), other({}, { declared: true })];
    for (const unhashed of ['pin', 'refuse'] as const) {
      assert.deepEqual(agreed(pin, told, { unhashed, reuploads: 'accept' }), told);
      const { disputed } = agreed(pin, told, { unhashed, reuploads: 'refuse' });
      assert.equal(disputed, told.sha256);
    }
  });

  it('stays in dispute, whatever is told of it later', () => {
    const disputed = agreed(record({}), other({}), PINNING);
    for (const told of [record({}), other({}), disputed])
      for (const demands of DEMANDS)
        assert.equal(agreed(disputed, told, demands).disputed, WRONG.sha256);
    assert.equal(agreed(record({}), disputed, PINNING).disputed, WRONG.sha256);
  });
});
