import type { Bar, ByRule } from '../dashboard/overview.js';
import { plural } from '../domain/plural.js';
import { counted } from './evidence.js';
import { type Html, html } from './html.js';
import { type Head, table } from './parts.js';
import { colourOf, inChartOrder } from './rule-colours.js';

/** In CSS pixels, like all lengths that are not a share of the width. Text may be twice its size. */
const TOP = 32;
const HEIGHT = 160;
const BOTTOM = 36;
/** The width of a bar's slot in the chart's own units, and of the bar in it. */
const PLACE = 10;
const WIDTH = 8;
/** Maximum number of distinct rules per kind. */
const MOST_LAYERS = 6;
/** Maximum number of rules in a bar's tooltip. */
const MOST_SAID = 3;

/** The values of one rule in each bar. */
interface Layer {
  readonly rule: string;
  readonly isDryRun: boolean;
  readonly counts: readonly number[];
  readonly total: number;
}

/**
 * Refusals by rule as stacked bars, with dry-run refusals striped on top, a legend, and a table of all values. Widths
 * are shares and heights are pixels, so nothing is distorted at any width; sizes are attributes, because the pages
 * permit no styles.
 * @param step the length of a bar, in milliseconds
 */
export function barChart(label: string, bars: readonly Bar[], step: number): Html {
  const layers = [
    ...layersOf(bars, ({ refused }) => refused, false),
    ...layersOf(bars, ({ wouldHave }) => wouldHave, true),
  ];
  const sums = bars.map((_, bar) => layers.reduce((sum, { counts }) => sum + counts[bar]!, 0));
  const most = Math.max(...sums);
  if (most === 0) return html`<p>Nothing was refused.</p>`;
  const scale = niceScale(most);
  const floor = TOP + HEIGHT;
  const lines = [scale, scale / 2].filter((count) => Number.isInteger(count));
  return html`<svg class="chart" width="100%" height="${floor + BOTTOM}" role="img" aria-label="${label}">
<defs>${[...new Set(layers.filter(({ isDryRun }) => isDryRun).map(({ rule }) => colourOf(rule)))].map(stripes)}</defs>
${lines.map((count) => {
  const y = floor - (HEIGHT * count) / scale;
  return html`<line class="level" x1="2.75rem" x2="100%" y1="${y}" y2="${y}"/><text x="0" y="${y + 4}">${compact(count)}</text>`;
})}
<svg class="plot" height="${floor + BOTTOM}">
<svg x="0" y="${TOP}" width="100%" height="${HEIGHT}" viewBox="0 0 ${bars.length * PLACE} ${HEIGHT}" preserveAspectRatio="none" stroke-width="${WIDTH}">
${stacked(layers, scale).map(({ layer: { rule, isDryRun }, path }) =>
  isDryRun
    ? html`<path stroke="url(#${stripesOf(rule)})" d="${path}"/>`
    : html`<path class="${colourOf(rule)}" d="${path}"/>`,
)}
</svg>
<line class="floor" x1="0" x2="100%" y1="${floor}" y2="${floor}"/>
${bars.map(
  (bar, at) =>
    html`<rect class="hover" x="${share(at, bars)}" y="${TOP}" width="${share(1, bars)}" height="${HEIGHT}"><title>${said(bar, layers, at, step)}</title></rect>`,
)}
${bars.map(
  ({ from }, at) =>
    isLabelled(at, bars.length) &&
    html`<text x="${share(at, bars)}" y="${floor + BOTTOM / 2}">${step < DAY / 4 ? from.slice(11, 16) : from.slice(5, 10)}</text>`,
)}
</svg>
</svg>
<ul class="row legend">${layers.map(
    ({ rule, isDryRun, total }) =>
      html`<li><svg width="14" height="14" aria-hidden="true"><rect width="14" height="14" ${isDryRun ? html` fill="url(#${stripesOf(rule)})"` : html` class="${colourOf(rule)}"`}/></svg> ${nameOf({ rule, isDryRun })} <strong>${counted(total)}</strong></li>`,
  )}</ul>
<details><summary>The same as a table</summary>
${asTable(label, bars, layers, step)}</details>`;
}

const DAY = 86_400_000;

/** The rules with the most hits, in the chart's order; the others are combined. */
function layersOf(bars: readonly Bar[], of: (bar: Bar) => ByRule, isDryRun: boolean): Layer[] {
  const layers = inChartOrder(bars.flatMap((bar) => Object.keys(of(bar)))).map((rule) =>
    layerOf(
      rule,
      isDryRun,
      bars.map((bar) => of(bar)[rule] ?? 0),
    ),
  );
  if (layers.length <= MOST_LAYERS) return layers;
  const least = layers.toSorted((a, b) => b.total - a.total).slice(MOST_LAYERS - 1);
  const rest = bars.map((_, bar) => least.reduce((sum, { counts }) => sum + counts[bar]!, 0));
  const kept = layers.filter((layer) => !least.includes(layer));
  return [...kept, layerOf('other rules', isDryRun, rest)];
}

function layerOf(rule: string, isDryRun: boolean, counts: readonly number[]): Layer {
  return { rule, isDryRun, counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

/** One path per layer: a thick line in each bar, on top of the previous layers. */
function stacked(layers: readonly Layer[], scale: number): { layer: Layer; path: string }[] {
  const tops: number[] = [];
  return layers.map((layer) => {
    const path = layer.counts.map((count, bar) => {
      const height = (HEIGHT * count) / scale;
      const bottom = tops[bar] ?? HEIGHT;
      tops[bar] = bottom - height;
      if (count === 0) return '';
      return `M${bar * PLACE + PLACE / 2} ${short(bottom)}v${short(-height)}`;
    });
    return { layer, path: path.join('') };
  });
}

/** The next round number. */
function niceScale(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((times) => times * power >= most) ?? 10) * power;
}

/** 25, 12k, 3M: for an axis. */
function compact(count: number): string {
  if (count >= 1e6) return `${short(count / 1e6)}M`;
  return count >= 1e4 ? `${short(count / 1e3)}k` : String(count);
}

function short(number: number): string {
  return String(Math.round(number * 10) / 10);
}

function share(count: number, bars: readonly unknown[]): string {
  return `${Math.round((10_000 * count) / bars.length) / 100}%`;
}

function stripes(colour: string): Html {
  return html`<pattern id="s${colour}" width="1" height="6" patternUnits="userSpaceOnUse"><rect class="${colour}" width="1" height="4"/></pattern>`;
}

/** The name of a rule's stripes, which mark dry-run refusals. */
function stripesOf(rule: string): string {
  return `s${colourOf(rule)}`;
}

/** Four labels fit even on a narrow page. */
function isLabelled(at: number, bars: number): boolean {
  return at % Math.ceil(bars / 4) === 0;
}

function nameOf({ rule, isDryRun }: Pick<Layer, 'rule' | 'isDryRun'>): string {
  return isDryRun ? `${rule} (dry-run)` : rule;
}

/** `11-26 09:00`, or the day if a bar has that length. */
function timeOf({ from }: Bar, step: number): string {
  return step < DAY ? from.slice(5, 16).replace('T', ' ') : from.slice(0, 10);
}

function said(bar: Bar, layers: readonly Layer[], at: number, step: number): string {
  const spoken = layers.filter(({ counts }) => counts[at]! > 0);
  const all = spoken
    .toSorted((a, b) => b.counts[at]! - a.counts[at]!)
    .map((layer) => `${nameOf(layer)} ${counted(layer.counts[at]!)}`);
  const more = all.length - MOST_SAID;
  const said = [
    ...all.slice(0, MOST_SAID),
    ...(more > 0 ? [`${more} more ${plural(more, 'rule')}`] : []),
  ];
  return `${timeOf(bar, step)} UTC: ${said.length === 0 ? 'nothing' : said.join(', ')}`;
}

/** Bars without refusals are omitted. */
function asTable(
  label: string,
  bars: readonly Bar[],
  layers: readonly Layer[],
  step: number,
): Html {
  const heads: Head[] = ['From (UTC)', ...layers.map((layer) => ({ number: nameOf(layer) }))];
  const rows = bars.flatMap((bar, at) =>
    layers.every(({ counts }) => counts[at] === 0)
      ? []
      : html`<tr><th scope="row">${timeOf(bar, step)}</th>${layers.map(({ counts }) => html`<td>${counts[at] !== 0 && counted(counts[at]!)}</td>`)}</tr>`,
  );
  return html`<div class="numbers">${table(label, heads, rows)}</div>`;
}
