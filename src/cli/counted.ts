/** A number with its noun: `1 waiver`, `2 waivers`. Only for nouns that take an s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
