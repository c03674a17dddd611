import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { Turns } from '../../runtime/turns.js';
import { type Attributes, HtmlTags } from './html-tags.js';
import type { PageSource } from './page-draft.js';
import { PageTally } from './page-limits.js';
import { pageText } from './page-text.js';

/** The attributes of a link that describe its file (PEP 503, 592, 658). */
const OF_A_LINK = [
  'href',
  'data-requires-python',
  'data-yanked',
  'data-core-metadata',
  'data-dist-info-metadata',
  'data-gpg-sig',
];

/** A page with the files of all projects, by project: each value is the HTML of a page with that project's files. */
export type FlatPage = ReadonlyMap<ProjectName, string>;

/**
 * Reads a page by the rules of `pip --find-links`, or a folder listing (nginx, Apache): every link whose last segment
 * is a distribution's filename is a file of the project in that filename.
 * @throws {PageTooLarge}
 */
export async function parseFlatPage(
  source: Omit<PageSource, 'url'>,
  turns: Turns,
): Promise<FlatPage> {
  const tally = new PageTally();
  const links = new Map<ProjectName, string[]>();
  let base: string | undefined;
  const tags = new HtmlTags(new Set(OF_A_LINK), {
    onOpen(tag, attributes) {
      if (tag === 'base') base ??= attributes.href;
      const project = tag === 'a' ? projectOf(attributes) : undefined;
      if (project === undefined) return;
      tally.addFile();
      const known = links.get(project);
      if (known === undefined) links.set(project, [written('a', attributes)]);
      else known.push(written('a', attributes));
    },
    onClose() {},
    onText() {},
  });
  await tags.read(pageText(source), turns);
  const head = base === undefined ? '' : `${written('base', { href: base })}\n`;
  return new Map([...links].map(([project, some]) => [project, head + some.join('\n')]));
}

function projectOf({ href }: Attributes): ProjectName | undefined {
  const [path = ''] = href?.trim().split(/[?#]/, 1) ?? [];
  try {
    const filename = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
    return parseDistributionFilename(filename)?.project;
  } catch {
    return undefined;
  }
}

function written(tag: string, attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(
    ([name, value]) => ` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`,
  );
  return `<${tag}${pairs.join('')}></${tag}>`;
}
