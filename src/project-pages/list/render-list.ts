import { API_VERSION } from '../judged-page.js';
import type { PageForm } from '../project-pages.js';

/** How a list of projects is written. A name needs no escaping: letters, digits and `-_.`. */
interface ListWriter {
  readonly head: string;
  readonly between: string;
  readonly tail: string;
  line(name: string, text: string): string;
}

const HTML: ListWriter = {
  head: [
    '<!DOCTYPE html>',
    '<html>',
    '  <head>',
    `    <meta name="pypi:repository-version" content="${API_VERSION}">`,
    '    <title>Simple index</title>',
    '  </head>',
    '  <body>',
    '',
  ].join('\n'),
  between: '\n',
  tail: '\n  </body>\n</html>\n',
  line: (name, text) => `    <a href="${name}/">${text}</a><br />`,
};

const JSON_FORM: ListWriter = {
  head: `{"meta":{"api-version":"${API_VERSION}"},"projects":[`,
  between: ',',
  tail: ']}',
  line: (_name, text) => `{"name":"${text}"}`,
};

const WRITERS: Readonly<Record<PageForm, ListWriter>> = { html: HTML, json: JSON_FORM };

/** Names in one piece: some 64 KiB. */
const BATCH = 2_048;

/** Writes PEP 503's HTML or PEP 691's JSON, in pieces. @param projects in their order */
export function* renderList(
  form: PageForm,
  projects: Iterable<readonly [name: string, text: string]>,
): Generator<string> {
  const { head, between, tail, line } = WRITERS[form];
  yield head;
  let lines: string[] = [];
  let isFirst = true;
  const piece = (): string => {
    const text = (isFirst ? '' : between) + lines.join(between);
    isFirst = false;
    lines = [];
    return text;
  };
  for (const [name, text] of projects) if (lines.push(line(name, text)) === BATCH) yield piece();
  if (lines.length > 0) yield piece();
  yield tail;
}
