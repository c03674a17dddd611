import { counted } from '../domain/plural.js';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** 1.92 TB: three significant digits. */
export function bytesOf(count: number): string {
  let [amount, unit] = [count, 0];
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return `${amount.toFixed(digits)} ${UNITS[unit]}`;
}

/** 96.1 %. @param share from 0 to 1 */
export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 1 ? 1 : 0)} %`;
}

const SPANS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** 3 hours; a span that starts in the future is 0. @param milliseconds */
export function spanOf(milliseconds: number): string {
  const [unit, length] = SPANS.find(([, span]) => milliseconds >= span) ?? [];
  if (length === undefined) return 'less than a minute';
  const count = Math.floor(milliseconds / length);
  return counted(count, unit);
}
