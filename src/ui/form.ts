import { type Html, html } from './html.js';

/** A field of a form that requests a page: its name is a parameter of the page's URL. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly checkbox?: true;
}

/**
 * A form that leads to a page with an address.
 * @param values as typed @param problems by parameter; `''` for problems of several together
 */
export function form(
  action: string,
  fields: readonly Field[],
  values: Readonly<Record<string, string | undefined>>,
  problems: ReadonlyMap<string, string> | undefined,
  button: string,
): Html {
  const names = new Set(fields.filter(({ checkbox }) => checkbox !== true).map(({ name }) => name));
  // A parameter of the URL may have no field for its problem.
  const together = [...(problems ?? [])].filter(([name]) => !names.has(name));
  return html`<form method="get" action="${action}" class="asking">
${together.map(([, problem]) => html`<p class="word block" role="alert">✖ ${problem}</p>`)}
${fields.map((field) => fieldOf(field, values[field.name], problems?.get(field.name)))}
<p><button type="submit">${button}</button></p>
</form>`;
}

function fieldOf({ name, label, hint, checkbox }: Field, value = '', problem?: string): Html {
  if (checkbox === true)
    return html`<p><input type="checkbox" id="${name}" name="${name}" value="1"${value === '1' && html` checked`}> <label for="${name}">${label}</label></p>`;
  const notes = [hint !== undefined && `${name}-hint`, problem !== undefined && `${name}-problem`];
  const described = notes.filter((note) => note !== false).join(' ');
  return html`<div class="field"><label for="${name}">${label}</label>
<input type="text" id="${name}" name="${name}" value="${value}" autocomplete="off" spellcheck="false"${described !== '' && html` aria-describedby="${described}"`}${problem !== undefined && html` aria-invalid="true"`}>
${hint !== undefined && html`<span class="soft" id="${name}-hint">${hint}</span>`}
${problem !== undefined && html`<span class="word block" id="${name}-problem" role="alert">✖ ${problem}</span>`}</div>`;
}
