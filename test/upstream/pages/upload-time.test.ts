import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseUploadTime } from '../../../src/upstream/pages/upload-time.js';

const number = (most: number, width: number) =>
  fc.nat(most).map((value) => String(value).padStart(width, '0'));
const fraction = fc.option(fc.stringMatching(/^[0-9]{1,9}$/), { nil: undefined });
const texts = fc
  .tuple(number(9999, 4), number(14, 2), number(33, 2), number(26, 2), number(62, 2), number(62, 2))
  .chain(([year, month, day, hour, minute, second]) =>
    fraction.map(
      (digits) =>
        `${year}-${month}-${day}T${hour}:${minute}:${second}${digits === undefined ? '' : `.${digits}`}Z`,
    ),
  );

describe('upload times', () => {
  it('are what Date.parse makes of them', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = Date.parse(text);
        // Date.parse knows a 24th hour.
        const isTime = parsed >= 0 && !text.includes('T24');
        assert.equal(parseUploadTime(text), isTime ? parsed : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are none where the form is another', () => {
    for (const text of ['', '2024-05-06', '2024-05-06T07:08:09', '2024-05-06 07:08:09Z', 'nowZ'])
      assert.equal(parseUploadTime(text), undefined, text);
    assert.equal(parseUploadTime('2024-05-06T07:08:09Z'), Date.UTC(2024, 4, 6, 7, 8, 9));
    assert.equal(parseUploadTime('2024-05-06T07:08:09.5Z'), Date.UTC(2024, 4, 6, 7, 8, 9, 500));
  });
});
