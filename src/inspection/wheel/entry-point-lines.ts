/** The scripts that an `entry_points.txt` makes installers write. */
export interface ScriptNames {
  /** As every installer reads them; ambiguous names are excluded. */
  readonly names: readonly string[];
  /** Names that lead out of the scripts folder. */
  readonly outside: readonly string[];
  /** Ambiguities between installers, in words, each with its line. */
  readonly doubts: readonly string[];
}

const SCRIPT_GROUPS: ReadonlySet<string> = new Set(['console_scripts', 'gui_scripts']);

/**
 * White space and line ends that only some readers know (`str.splitlines` ends a line where Rust and configparser do
 * not), marks that no eye sees, and a byte order mark.
 */
const FOREIGN = /(?![\t\n\r ])[\p{Cc}\p{Cf}\p{Z}]|\r(?!\n)/u;

/** `[group]`. pip strips all brackets, configparser ends at the last one, uv cuts a comment off. */
const HEADING = /^\[([^[\]#;=\s][^[\]#;=]*)\]$/;

/** A name with a folder or a drive in it, or a name that is a folder. */
const OUTSIDE = /[/\\:]|^\.*$/;

/** `name = module:attribute [extra]`: the name and its target. */
const SCRIPT =
  /^([\p{L}\p{N}_][\p{L}\p{M}\p{N}_.+-]*)[ \t]*=[ \t]*([\p{L}\p{N}_][\p{L}\p{M}\p{N}_.]*[ \t]*:[ \t]*[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.]*)(?:[ \t]*\[[\w., \t-]*\])?$/u;

/**
 * Reads the scripts of an `entry_points.txt` (PyPA entry points specification) in the one form that all installers
 * interpret equally: pip (importlib.metadata, pkg_resources, then distlib), uv (configparser for Rust), poetry and pdm
 * (configparser). Each other line is a doubt if one of these could create a script from it.
 */
export function readScriptNames(content: Buffer): ScriptNames {
  const text = decode(content);
  if (text === undefined) return { names: [], outside: [], doubts: ['not UTF-8 text'] };
  const reading = new Reading();
  const foreign = FOREIGN.exec(text);
  if (foreign !== null)
    reading.doubts.push(
      `contains the character U+${foreign[0].codePointAt(0)!.toString(16).padStart(4, '0')}`,
    );
  for (const [index, line] of text.split(/\r?\n/).entries()) reading.take(line, index + 1);
  const { outside, doubts } = reading;
  return { names: [...reading.targets.keys()], outside, doubts };
}

function decode(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

class Reading {
  /** The target of each script, by its name. */
  readonly targets = new Map<string, string>();
  readonly outside: string[] = [];
  readonly doubts: string[] = [];
  readonly #groups = new Set<string>();
  /** The scripts of the current group. */
  #ofGroup = new Set<string>();
  /** Whether the current group is of scripts. */
  #scripts = false;
  /** The indentation of this group's last entry: configparser treats deeper lines as its continuation. */
  #indent: number | undefined;

  take(raw: string, number: number): void {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const indent = raw.length - raw.trimStart().length;
    const goesOn = this.#indent !== undefined && indent > this.#indent;
    const doubt = (why: string) => this.doubts.push(`line ${number} ${why}`);
    if (goesOn && (this.#scripts || line.startsWith('['))) doubt('is indented more than the last');
    if (line.startsWith('[')) this.#takeHeading(line, doubt);
    else {
      if (this.#scripts) this.#takeScript(line, doubt);
      if (!goesOn) this.#indent = indent;
    }
  }

  #takeHeading(line: string, doubt: (why: string) => void): void {
    const group = HEADING.exec(line)?.[1] ?? '';
    const known = group.trim().toLowerCase();
    this.#scripts = SCRIPT_GROUPS.has(known);
    this.#indent = undefined;
    this.#ofGroup = new Set();
    // Of configparser's group DEFAULT every other one has the entries.
    if (group === '' || group === 'DEFAULT') doubt('is not a plain heading');
    else if (this.#scripts && group !== known) doubt(`does not spell ${known} in lower case`);
    else if (this.#scripts && this.#groups.has(group)) doubt(`repeats the heading ${group}`);
    this.#groups.add(group);
  }

  #takeScript(line: string, doubt: (why: string) => void): void {
    const [, name, target = ''] = SCRIPT.exec(line) ?? [];
    const written = line.split('=', 1)[0]!.trim();
    if (OUTSIDE.test(written)) this.outside.push(written);
    else if (name === undefined) doubt('is not a plain "name = module:function"');
    else if (this.#ofGroup.has(name)) doubt(`repeats ${name}`);
    else this.#addScript(name, target.replace(/[ \t]+/g, ''), doubt);
  }

  /** Of two groups each may have a name: which of the files stays is not to matter (robotframework-ride 2.2.4). */
  #addScript(name: string, target: string, doubt: (why: string) => void): void {
    this.#ofGroup.add(name);
    const earlier = this.targets.get(name);
    if (earlier !== undefined && earlier !== target) doubt(`gives ${name} a second target`);
    this.targets.set(name, target);
  }
}
