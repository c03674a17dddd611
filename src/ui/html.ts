import { visible } from '../domain/visible.js';

/** Text that is HTML. Only `html` makes it: there is no way from a string to markup. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Html = Markup;

/** What stands in a template: text is escaped, HTML stays, lists are joined, nothing is nothing. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * A template of HTML. Whatever is put in is text: it is escaped, for an element's content as for a quoted attribute, and
 * characters that nobody sees are written as escapes. Values of attributes stand in double quotes; a test holds that.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) text += markupOf(value) + strings[index + 1]!;
  return new Markup(text);
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'object')
    return value instanceof Markup ? value.toString() : value.map(markupOf).join('');
  return escaped(visible(String(value)));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
