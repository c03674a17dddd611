import type { TerminalStep } from './terminal-recording.js';

/** The width of the drawn terminal, in characters. */
const COLUMNS = 104;
/** The width of a character in pixels. */
const CHARACTER = 7.4;
const LINE = 17;
const MARGIN = 16;
const BAR = 30;

interface Row {
  readonly text: string;
  readonly kind: 'command' | 'error' | 'good' | 'plain';
  /** When it appears, in seconds. */
  readonly at: number;
}

/**
 * Draws commands and their output as an SVG in which the lines appear one after another, once. With reduced motion, or
 * without style sheets, all lines are shown at once.
 * @param about a sentence for users who cannot see it
 */
export function terminalPicture(steps: readonly TerminalStep[], about: string): string {
  const rows = rowsOf(steps);
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = BAR + rows.length * LINE + 2 * MARGIN;
  const lines = rows.map(({ text, kind, at }, index) => {
    const y = BAR + MARGIN + index * LINE + 12;
    return `<text class="${kind}" x="${MARGIN}" y="${y}" style="animation-delay:${at.toFixed(2)}s" xml:space="preserve">${escaped(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="about">
<title id="about">${escaped(about)}</title>
<style>
text { font: 12.3px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d6deeb; animation: appear 1ms steps(1) backwards; }
.command { fill: #ffffff; font-weight: 600; }
.error { fill: #ff8f80; }
.good { fill: #8fdf9f; }
@keyframes appear { from { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; } }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#101820"/>
<g fill="#44515e"><circle cx="20" cy="17" r="5"/><circle cx="38" cy="17" r="5"/><circle cx="56" cy="17" r="5"/></g>
${lines.join('\n')}
</svg>
`;
}

/** The lines of a picture as printed; broken lines stay broken. */
export function linesOfPicture(picture: string): string[] {
  return [...picture.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text!.replace(/&(lt|gt|amp);/g, (_all, name: keyof typeof NAMED) => NAMED[name]),
  );
}

const NAMED = { lt: '<', gt: '>', amp: '&' } as const;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function rowsOf(steps: readonly TerminalStep[]): Row[] {
  const rows: Row[] = [];
  let at = 0.4;
  for (const { command, lines } of steps) {
    rows.push({ text: `$ ${command}`, kind: 'command', at });
    at += 0.8;
    for (const line of lines)
      for (const text of broken(line)) {
        rows.push({ text, kind: kindOf(line), at });
        at += 0.06;
      }
    // Reading time.
    at += 0.7 + lines.length * 0.25;
  }
  return rows;
}

/** Breaks a line at the terminal's width. */
function broken(line: string): string[] {
  const parts = line.match(new RegExp(`.{1,${COLUMNS}}`, 'gs'));
  return parts === null ? [''] : [...parts];
}

function kindOf(line: string): Row['kind'] {
  if (/^\s*(?:ERROR:|BLOCK )/.test(line)) return 'error';
  return /^(?:Successfully| +allow )/.test(line) ? 'good' : 'plain';
}
