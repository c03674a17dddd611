/** pip's options in a requirements file, and whether they take a value. */
const OPTIONS: Readonly<Record<string, 'value' | 'flag'>> = {
  '--requirement': 'value',
  '--constraint': 'value',
  '--editable': 'value',
  '--index-url': 'value',
  '--pypi-url': 'value',
  '--extra-index-url': 'value',
  '--find-links': 'value',
  '--no-index': 'flag',
  '--no-binary': 'value',
  '--only-binary': 'value',
  '--prefer-binary': 'flag',
  '--require-hashes': 'flag',
  '--pre': 'flag',
  '--all-releases': 'value',
  '--only-final': 'value',
  '--uploaded-prior-to': 'value',
  '--trusted-host': 'value',
  '--use-feature': 'value',
  '--always-unzip': 'flag',
  '--hash': 'value',
  '--config-settings': 'value',
  '--config-setting': 'value',
  '--global-option': 'value',
  '--install-option': 'value',
};

const SHORT: Readonly<Record<string, string>> = {
  '-r': '--requirement',
  '-c': '--constraint',
  '-e': '--editable',
  '-i': '--index-url',
  '-f': '--find-links',
  '-Z': '--always-unzip',
  '-C': '--config-settings',
};

export interface Option {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads options by the rules of pip's `optparse`: `-rfile`, `-r file`, `--hash=…`, and any unambiguous prefix of a long
 * name (`--requirem file`).
 * @throws {RangeError} if one is unknown, ambiguous, or lacks its value
 */
export function readOptions(text: string): Option[] {
  const words = shellWords(text);
  const options: Option[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const [name, glued] = nameOf(word);
    if (OPTIONS[name] === 'flag') {
      options.push({ name, value: '' });
      continue;
    }
    const value = glued ?? words[++at];
    if (value === undefined) throw new RangeError(`${name} requires a value`);
    options.push({ name, value });
  }
  return options;
}

function nameOf(word: string): [name: string, value: string | undefined] {
  if (!word.startsWith('--')) {
    const name = SHORT[word.slice(0, 2)];
    if (name === undefined) throw new RangeError(`${word} is not a pip option`);
    return [name, word.length > 2 ? word.slice(2) : undefined];
  }
  const equals = word.indexOf('=');
  const written = equals === -1 ? word : word.slice(0, equals);
  const value = equals === -1 ? undefined : word.slice(equals + 1);
  if (Object.hasOwn(OPTIONS, written)) return [written, value];
  const [name, ...others] = Object.keys(OPTIONS).filter((known) => known.startsWith(written));
  if (name === undefined || others.length > 0)
    throw new RangeError(`${written} is not a pip option`);
  return [name, value];
}

/** Splits words by a POSIX shell's rules: white space, quotes and backslashes. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/gy;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    words.push(
      match[1]!.replace(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_all, one, double, single) =>
        one !== undefined ? one : (single ?? double.replace(/\\(["\\])/g, '$1')),
      ),
    );
    at = match.index + match[0].length;
  }
  if (text.slice(at).trim() !== '') throw new RangeError('unclosed quote');
  return words;
}
