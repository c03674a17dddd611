import { createHash } from 'node:crypto';

/**
 * Digests of setuptools' finder module of an editable install, without its three literals. One per template: setuptools
 * 64, 65 to 67, 68 and 69, 70, and from 71 on.
 */
const SETUPTOOLS_FINDERS: ReadonlySet<string> = new Set([
  '211573816d137cc79a25073e38f096418d6ef7401462632ae70de5bec7e04cb0',
  '8e57871ef18e909bed91504b0bfaaef2223d779e04e8fa55d22c30ad269fbf54',
  '38bc2282a5a1b9e7ccd0c6d7dd9dc79c5305b4c9fbf727ff7e15bc70f52e3bab',
  '9612b01f13eb0d1e83e8d28cf59b1a87aae395685a75712db7e55172c8d0dc2a',
  'ed1b4dce99f538eeb4352be9a2ae632479cb74957fa4866af22cd105c7147fc8',
]);

/** Python's `repr` of a string without control characters; a backslash only as `\\`. */
const TEXT = String.raw`(?:'(?:[^'\\\x00-\x1f\x7f]|\\\\)*'|"(?:[^"\\\x00-\x1f\x7f]|\\\\)*")`;
const LIST = String.raw`\[(?:${TEXT}(?:, ${TEXT})*)?\]`;
const literal = (value: string) => String.raw`\{(?:${TEXT}: ${value}(?:, ${TEXT}: ${value})*)?\}`;
const MAPPING = new RegExp(
  String.raw`^(MAPPING(?:: dict\[str, str\])?) = (${literal(TEXT)})$`,
  'gm',
);
const NAMESPACES = new RegExp(
  String.raw`^(NAMESPACES(?:: dict\[str, list\[str\]\])?) = (${literal(LIST)})$`,
  'gm',
);
const PLACEHOLDER = new RegExp(String.raw`^(PATH_PLACEHOLDER) = (${TEXT}) \+`, 'gm');

/** The module of the `editables` library (hatchling, pdm-backend), which only maps names to files. */
const EDITABLES = new RegExp(
  String.raw`^from editables\.redirector import RedirectingFinder as F\nF\.install\(\)\n` +
    String.raw`(?:F\.map_module\(${TEXT}, ${TEXT}\)\n?)*$`,
);

/** Imported at every start, so a mapping of these names is also a start-up hook. */
const POWERFUL = /['"](?:sitecustomize|usercustomize)['"]/i;

/**
 * The module that an editable install's `.pth` imports, if setuptools or the `editables` library writes that line;
 * undefined for any other content.
 */
export function editableModule(pth: Buffer): string | undefined {
  const text = pth.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  const [, finder, again] =
    /^import (__editable___\w+_finder); (\w+)\.install\(\)\n?$/.exec(text) ?? [];
  if (finder !== undefined) return finder === again ? finder : undefined;
  return /^import (_editable_impl_\w+)\n?$/.exec(text)?.[1];
}

/** Whether a module equals the output of those tools, except for names and folders. */
export function isGeneratedFinder(content: Buffer): boolean {
  const text = content.toString('latin1');
  if (POWERFUL.test(text)) return false;
  if (EDITABLES.test(text)) return true;
  let cut = text;
  for (const pattern of [MAPPING, NAMESPACES, PLACEHOLDER]) {
    if ((cut.match(pattern) ?? []).length !== 1) return false;
    cut = cut.replace(pattern, '$1');
  }
  return SETUPTOOLS_FINDERS.has(createHash('sha256').update(cut, 'latin1').digest('hex'));
}
