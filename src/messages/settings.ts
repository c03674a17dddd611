/** Errors in a key or value of the settings or a policy, after its place: `wheelgate.yaml:3:3: `. */

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

/** @param what a noun: `a number`; @param got the key's value, in quotes if it is text */
export function expectedGot(what: string, got: string): string {
  return `expected ${what}, got ${got}`;
}
