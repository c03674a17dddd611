/** The noun for a number: `file` or `files`. @param many for a noun that does not take an s */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return count === 1 ? noun : many;
}

/** A number with its noun: `1 waiver`, `2 waivers`. @param many as in `plural` */
export function counted(count: number, noun: string, many?: string): string {
  return `${count} ${plural(count, noun, many)}`;
}
