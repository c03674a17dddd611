import { visible } from '../domain/visible.js';

/** HTML text. Only `html` creates it: a string cannot become markup. */
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

/** A value in a template: text is escaped, HTML is kept, lists are joined, and undefined is omitted. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * A template of HTML. Inserted text is escaped, for an element's content and for a quoted attribute, and invisible
 * characters are written as escapes. Attribute values must have double quotes, which a test checks.
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
