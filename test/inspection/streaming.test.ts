import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bufferSource, ForwardView } from '../../src/inspection/byte-source.js';
import { PthScanner } from '../../src/inspection/startup-hooks/pth-scanner.js';
import { TarWalker } from '../../src/inspection/tar/tar-walker.js';
import { buildTar, gnuLong, pax, sdistEntries } from '../support/archives/tar.js';

/** The same bytes in pieces, cut at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
}

const CUTS = fc.array(fc.nat(20_000), { maxLength: 40 });

describe('what comes in pieces', () => {
  it('is the same .pth, however it is cut', () => {
    const text = fc
      .array(
        fc.constantFrom(
          'import os',
          '\u3000',
          '\ufeff',
          '\u2028',
          '\n',
          'demo',
          ' ',
          '\u0085',
          '#',
          '\0',
        ),
        { maxLength: 12 },
      )
      .map((parts) => Buffer.from(parts.join('')));
    const facts = (chunks: readonly Buffer[]) => {
      const scanner = new PthScanner();
      for (const chunk of chunks) scanner.write(chunk);
      return scanner.finish();
    };
    fc.assert(
      fc.property(text, CUTS, (bytes, cuts) => {
        assert.deepEqual(facts(pieces(bytes, cuts)), facts([bytes]));
      }),
    );
  });

  it('is the same tar, however it is cut', () => {
    const tar = buildTar([
      ...sdistEntries({ files: { 'demo.py': 'x = 1\n'.repeat(500) } }),
      gnuLong(`demo-1.0/${'a/'.repeat(60)}x.py`),
      { name: 'demo-1.0/x.py', content: 'x = 1\n' },
      pax({ path: 'demo-1.0/y.py' }),
      { name: 'demo-1.0/y', content: 'y'.repeat(512) },
    ]);
    const walk = (chunks: readonly Buffer[]) => {
      const seen: [string, string][] = [];
      const walker = new TarWalker({
        member: ({ path }) => {
          const entry: [string, string] = [path, ''];
          seen.push(entry);
          return {
            write: (chunk) => {
              entry[1] += chunk.toString('latin1');
            },
          };
        },
        end: () => {},
      });
      for (const chunk of chunks) walker.push(chunk);
      walker.finish();
      return seen;
    };
    const whole = walk([tar]);
    assert.equal(whole.length, 6);
    fc.assert(fc.property(CUTS, (cuts) => assert.deepEqual(walk(pieces(tar, cuts)), whole)));
  });

  it('is the same source through a forward view, wherever it is read', () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    const reads = fc.array(fc.tuple(fc.nat(299_000), fc.nat(1000)), { maxLength: 30 });
    fc.assert(
      fc.property(reads, (places) => {
        const view = new ForwardView(bufferSource(bytes));
        for (const [offset, length] of places) {
          const at = view.find(offset, length);
          const found = view.bytes.subarray(at, at + length);
          assert.ok(found.equals(bytes.subarray(offset, offset + length)));
        }
      }),
    );
    assert.throws(() => new ForwardView(bufferSource(bytes)).find(299_999, 2), RangeError);
  });
});
