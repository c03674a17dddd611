/** A text with the punctuation at its end that a sentence has: a full stop where it has none of its own. */
export function sentence(text: string): string {
  return /[.!?…]["')\]]*$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`;
}

/** A text without the full stop at its end, for what is followed by more of the same sentence. */
export function clause(text: string): string {
  return text.trimEnd().replace(/(?<!\.)\.$/, '');
}
