/*
 * Refusals as clients show them: pip the reason phrase, uv title and detail of the problem document, resolvers the text of
 * `yanked`. A `reason` ends in the id of its rule: `it is bad (deny)`.
 */

/** The text of `yanked` for a refused file on a project page. */
export function yankedText(reason: string): string {
  return `refused by Wheelgate: ${reason}`;
}

/** The reason phrase of a refusal, before the contact and the link. */
export function refusedPhrase(reason: string): string {
  return `Refused by Wheelgate: ${reason}`;
}

/** The title of a refusal's problem document. */
export function refusedTitle(filename: string): string {
  return `Wheelgate refused ${filename}`;
}

/** Behind the reason, where the configuration has a contact. */
export function askForWaiver(contact: string): string {
  return `To ask for a waiver: ${contact}`;
}

/** The last words of a refusal: the page that shows why. */
export function seePage(url: string): string {
  return `See ${url}`;
}

/** A start-up hook in a `.pth` file: the finding, and so the reason. @param code the line, in ASCII */
export function hookLine(line: number | string, member: string, code: string): string {
  return `line ${line} of ${member} runs at every Python start: ${code}`;
}
