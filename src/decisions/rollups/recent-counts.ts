/** The number of single hours, of six-hour periods before them, and of days before those. */
const LONG = 6;
const DAY = 24;
const HOURS = 24;
const LONGS = 28;
const DAYS = 30;

/**
 * Counts an event in an hour. The last 24 hours are kept by the hour, a week in periods of six hours, and thirty days
 * by the day: the bars of an overview. Older counts are dropped.
 * @param counts alternately the first hour of a period and its count, the oldest first
 * @param hour since 1970
 */
export function noteRecent(counts: number[], hour: number): void {
  const last = counts.length - 2;
  if (counts[last] === hour) {
    counts[last + 1]! += 1;
    return;
  }
  if (last >= 0 && counts[last]! > hour) return noteEarlier(counts, hour);
  if (last >= 0) join(counts, hour);
  counts.push(hour, 1);
}

/** The number from an hour on. @param hour start of a bar of the overview */
export function countRecent(counts: readonly number[], hour: number): number {
  let count = 0;
  for (let at = counts.length - 2; at >= 0 && counts[at]! >= hour; at -= 2)
    count += counts[at + 1]!;
  return count;
}

/** Merges older counts into longer periods. @param hour the current hour */
function join(counts: number[], hour: number): void {
  const firstHour = hour - HOURS + 1;
  const firstLong = (Math.floor(hour / LONG) - LONGS + 1) * LONG;
  const firstDay = (Math.floor(hour / DAY) - DAYS + 1) * DAY;
  // Most were met for the first time within a day.
  if (counts[0]! >= firstHour) return;
  let end = 0;
  for (let at = 0; at < counts.length; at += 2) {
    const begins = counts[at]!;
    const length = begins < firstLong ? DAY : begins < firstHour ? LONG : 1;
    const period = Math.floor(begins / length) * length;
    if (period < firstDay) continue;
    if (end > 0 && counts[end - 2] === period) counts[end - 1]! += counts[at + 1]!;
    else {
      counts[end] = period;
      counts[end + 1] = counts[at + 1]!;
      end += 2;
    }
  }
  counts.length = end;
}

/** In its existing period, or in a new one. */
function noteEarlier(counts: number[], hour: number): void {
  const latest = counts[counts.length - 2]!;
  if (hour <= latest - DAYS * DAY) return;
  let at = counts.length - 2;
  while (at >= 0 && counts[at]! > hour) at -= 2;
  const length = hour <= latest - HOURS ? LONG : 1;
  if (at >= 0 && Math.floor(counts[at]! / length) === Math.floor(hour / length))
    counts[at + 1]! += 1;
  else counts.splice(at + 2, 0, hour, 1);
}
