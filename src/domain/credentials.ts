/**
 * Hides username and password in every URL of a text, with any characters: `https://ci:p@ss/w@host/` becomes
 * `https://***@host/`. The text after the last `@` of a word counts as the host.
 */
export function redactUrls(text: string): string {
  // Word by word: a pattern for both ends would scan a long word repeatedly.
  return text.replace(/[^\s"'<>]+/g, (word) => {
    const [begin, end] = [word.indexOf('://'), word.lastIndexOf('@')];
    return begin === -1 || end < begin ? word : `${word.slice(0, begin)}://***${word.slice(end)}`;
  });
}
