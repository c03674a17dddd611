// The table that a run prints, and which figures meet their targets.

/**
 * A figure is `{ figure, unit, baseline?, results: { name: { median, values } }, aims?: { name: aim }, note? }`. An aim
 * is `{ least }` or `{ most }`: for the ratio to the baseline, or for the median if there is no baseline or the aim is
 * `absolute`.
 */
export function print({ figure, unit, baseline, results, aims = {}, note }) {
  console.log(`\n${figure}`);
  const base = results[baseline]?.median;
  const width = Math.max(28, ...Object.keys(results).map((name) => name.length + 1));
  for (const [name, { median }] of Object.entries(results)) {
    const compared = baseline !== undefined && name !== baseline;
    const ratio = compared ? `  ${(median / base).toFixed(2)} x ${baseline}` : '';
    const aim = aims[name] === undefined ? '' : `  (${judged(aims[name], median, base, unit)})`;
    console.log(`  ${name.padEnd(width)}${number(median).padStart(10)} ${unit}${ratio}${aim}`);
  }
  if (note !== undefined) console.log(`  ${note}`);
}

function judged(aim, median, base, unit) {
  const absolute = base === undefined || aim.absolute === true;
  const value = absolute ? median : median / base;
  const met = value >= (aim.least ?? -Infinity) && value <= (aim.most ?? Infinity);
  const bound = aim.least === undefined ? `≤ ${short(aim.most)}` : `≥ ${short(aim.least)}`;
  return `aim ${bound}${absolute ? ` ${unit}` : ''}${met ? '' : ', missed'}`;
}

function short(value) {
  return String(Number(value.toPrecision(3)));
}

function number(value) {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return value.toPrecision(3);
}
