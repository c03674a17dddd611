import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FilesByName, type JudgedFile } from '../../../src/project-pages/legacy/judged-files.js';
import { rewriteLegacyJson } from '../../../src/project-pages/legacy/legacy-json.js';

const wheel = (version: string) => `demo-${version}-py3-none-any.whl`;
const FILES: JudgedFile[] = ['1.0', '2.0', '3.0'].map((version) => ({
  filename: wheel(version),
  name: { kind: 'wheel', version },
  yanked: false,
  sha256: undefined,
  requiresPython: undefined,
  refusal: version === '3.0' ? { reason: 'no', hidden: true } : undefined,
}));
const byName = () => new FilesByName(FILES, (filename) => `/files/${filename}`);

function rewrite(text: string): unknown {
  return JSON.parse([...rewriteLegacyJson(Buffer.from(text), byName(), true)].join(''));
}

/** Text in which a careless reader finds ends of strings, of lists and of the document. */
const tricky = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\\"', '}', ']', '},"urls":[', '"releases":{', '\u2028', 'é'),
);
const value = fc.oneof(fc.jsonValue(), tricky, fc.array(tricky), fc.dictionary(tricky, tricky));

describe('a document of the JSON API', () => {
  it('keeps whatever it says beside its files, however that is written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(tricky, value),
        value,
        fc.constantFrom(0, 1),
        (more, info, space) => {
          const { urls: _, releases: __, info: ___, ...others } = more;
          const document = { ...others, info, releases: {}, urls: [] };
          const text = JSON.stringify(document, undefined, space);
          assert.deepEqual(rewrite(text), JSON.parse(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has of each release what the page has, wherever it stands', () => {
    const file = (version: string, text: string) => ({ filename: wheel(version), url: 'x', text });
    fc.assert(
      fc.property(tricky, fc.boolean(), (text, urlsFirst) => {
        const releases = Object.fromEntries(
          ['1.0', '2.0', '3.0', '4.0'].map((version) => [version, [file(version, text)]]),
        );
        const info = { version: '3.0', summary: text };
        const urls = releases['3.0'];
        const document = urlsFirst
          ? { urls, info, releases, 'empty-one': {} }
          : { info, releases, urls, vulnerabilities: [] };
        const said = rewrite(JSON.stringify(document)) as typeof document;
        assert.deepEqual(Object.keys(said.releases), ['1.0', '2.0']);
        assert.equal(said.info.version, '2.0');
        const ours = { ...file('2.0', text), url: `/files/${wheel('2.0')}` };
        assert.deepEqual([said.urls, said.releases['2.0']], [[ours], [ours]]);
        assert.ok(!('vulnerabilities' in said));
      }),
      { numRuns: 100 },
    );
  });

  it('is refused where it is cut off or damaged anywhere', () => {
    const text = JSON.stringify({
      info: { version: '1.0' },
      releases: { '1.0': [{ filename: wheel('1.0') }] },
      urls: [],
      more: [1, true, null],
    });
    for (let end = 0; end < text.length; end += 1)
      assert.throws(() => rewrite(text.slice(0, end)), SyntaxError, text.slice(0, end));
    for (const more of ['x', '}', '{}', ',"a":1}'])
      assert.throws(() => rewrite(text + more), SyntaxError, more);
    for (let at = 0; at < text.length; at += 1)
      if ('{}[],:"'.includes(text[at]!)) {
        const damaged = `${text.slice(0, at)}${text.slice(at + 1)}`;
        assert.throws(() => rewrite(damaged), SyntaxError, damaged);
      }
  });
});
