import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RULES } from '../../src/domain/rules.js';
import { SCRIPT, STYLE } from '../../src/ui/assets.js';

const CSS = STYLE.body.toString();

/** A scheme's colours by their names. */
function palette(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--(\w+): (#[0-9a-f]{3,6});/g)].map(([, name, colour]) => [name!, colour!]),
  );
}

/** WCAG 2.2: relative luminance. */
function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/g, '$&$&') : colour;
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe('the style of the pages', () => {
  it('has at most 8 KiB, and their script less than 4', () => {
    assert.ok(STYLE.body.length <= 8 * 1024, `${STYLE.body.length} bytes`);
    assert.ok(SCRIPT.body.length < 4 * 1024, `${SCRIPT.body.length} bytes`);
  });

  const [light = '', dark = ''] = CSS.split('prefers-color-scheme: dark');
  for (const [scheme, colours] of [
    ['light', palette(light)],
    ['dark', palette(dark)],
  ] as const)
    it(`has a contrast of 4.5 for every text in the ${scheme} scheme`, () => {
      const faint: string[] = [];
      for (const text of ['text', 'soft', 'link', 'block', 'warn', 'allow'])
        for (const ground of ['ground', 'raised']) {
          const found = contrast(colours.get(text)!, colours.get(ground)!);
          if (!(found >= 4.5)) faint.push(`${text} on ${ground}: ${found.toFixed(2)}`);
        }
      const marked = contrast(colours.get('block')!, colours.get('mark')!);
      if (!(marked >= 4.5)) faint.push(`block on mark: ${marked.toFixed(2)}`);
      assert.deepEqual(faint, []);
    });

  it('has a colour for each rule, which stands out from the ground of both schemes', () => {
    const found = new Map(
      [...CSS.matchAll(/\.r-([\w-]+) \{\s+color: (#[0-9a-f]{6});/g)].map(([, rule, colour]) => [
        rule!,
        colour!,
      ]),
    );
    assert.deepEqual([...found.keys()].sort(), [...RULES, 'other'].sort());
    const faint = [...found].filter(([, colour]) =>
      [palette(light), palette(dark)].some(
        (colours) => contrast(colour, colours.get('ground')!) < 3,
      ),
    );
    assert.deepEqual(faint, []);
    assert.equal(new Set(found.values()).size, found.size);
  });

  it('asks for nothing from elsewhere', () => {
    assert.doesNotMatch(CSS + SCRIPT.body.toString(), /https?:|url\(|@import|innerHTML|eval\(/);
  });
});
