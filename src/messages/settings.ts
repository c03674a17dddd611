/* What is wrong with a key or value of the settings or a policy, behind its place: `wheelgate.yaml:3:3: `. */

/** @param meant the known key that it resembles */
export function unknownKey(key: string, meant?: string): string {
  return `unknown key ${JSON.stringify(key)}${meant === undefined ? '' : ` ${didYouMean(meant)}`}`;
}

/** Behind an unknown key. */
export function knownKeysHere(keys: readonly string[]): string {
  return `known keys here: ${keys.join(', ')}`;
}

/** Behind an unknown word. */
export function didYouMean(word: string): string {
  return `(did you mean ${JSON.stringify(word)}?)`;
}

/** @param what a noun: `a number`; @param got what the key has, in quotes where it is text */
export function expectedGot(what: string, got: string): string {
  return `expected ${what}, got ${got}`;
}
