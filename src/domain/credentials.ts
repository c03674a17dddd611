/**
 * Hides user name and password in every URL of a text, whatever they are made of: `https://ci:p@ss/w@host/` becomes
 * `https://***@host/`. What follows the last `@` of a word is taken for the host.
 */
export function redactUrls(text: string): string {
  // Word by word, for a pattern that looks for both ends would look through a long word again and again.
  return text.replace(/[^\s"'<>]+/g, (word) => {
    const [begin, end] = [word.indexOf('://'), word.lastIndexOf('@')];
    return begin === -1 || end < begin ? word : `${word.slice(0, begin)}://***${word.slice(end)}`;
  });
}
