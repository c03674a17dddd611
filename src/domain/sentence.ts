/** Adds the final punctuation of a sentence: a full stop if the text has none. */
export function sentence(text: string): string {
  return /[.!?…]["')\]]*$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}

/** Strips the final full stop, for use within a sentence. */
export function clause(text: string): string {
  return text.trimEnd().replace(/(?<!\.)\.$/, '');
}
