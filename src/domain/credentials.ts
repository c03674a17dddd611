/**
 * Hides user name and password in every URL of a text, whatever they are made of: `https://ci:p@ss/w@host/` becomes
 * `https://***@host/`. What follows the last `@` of a word is taken for the host.
 */
export function redactUrls(text: string): string {
  return text.replace(/:\/\/[^\s"'<>]*@/g, '://***@');
}
