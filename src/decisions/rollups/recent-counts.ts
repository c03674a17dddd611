/** The last so many hours are told apart, so many of six hours before them, so many days before those. */
const LONG = 6;
const DAY = 24;
const HOURS = 24;
const LONGS = 28;
const DAYS = 30;

/**
 * Counts something in an hour. What is of the last 24 hours is kept by the hour, what is of a week in six hours each, and
 * what is of thirty days by the day: the bars of an overview. Older counts go.
 * @param counts the hour with which each of them begins, and how many, by turns, the oldest first
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

/** How many there were from an hour on. @param hour with which a bar of the overview begins */
export function countRecent(counts: readonly number[], hour: number): number {
  let count = 0;
  for (let at = counts.length - 2; at >= 0 && counts[at]! >= hour; at -= 2)
    count += counts[at + 1]!;
  return count;
}

/** Takes what has become older for longer periods. @param hour it is by now */
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

/** In the period that it falls into, or in one of its own. */
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
