import { ANY } from '../../support/messages.js';

/** Whether a quotation and a message can be the same text: in either, `…` is any text. */
export function readsAs(quotation: string, message: string): boolean {
  const end = message.length;
  /** For each place in the message: whether its text from there reads as what of the quotation was looked at, from its end. */
  let rest = Array.from({ length: end + 1 }, (_, at) => isAny(message.slice(at)));
  for (const letter of [...quotation].reverse()) {
    const next = Array<boolean>(end + 1).fill(false);
    next[end] = letter === ANY && rest[end]!;
    for (let at = end - 1; at >= 0; at -= 1)
      next[at] =
        letter === ANY || message[at] === ANY
          ? rest[at]! || next[at + 1]!
          : letter === message[at] && rest[at + 1]!;
    rest = next;
  }
  return rest[0]!;
}

function isAny(text: string): boolean {
  return [...text].every((letter) => letter === ANY);
}
