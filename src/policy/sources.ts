import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { SETTABLE_RULES, type SettableRule } from '../domain/rules.js';
import { withoutComments } from '../yaml/comments.js';
import type { Path } from '../yaml/document.js';
import type { SourcedFile } from './advice.js';
import type { PolicyFile } from './schema.js';

/** The origin of a policy file: shipped with Wheelgate, or yours. */
export type Layer = 'shipped' | 'own';

/** A policy file as it was read. */
export interface PolicyText {
  /** File name without its folder. */
  readonly name: string;
  readonly layer: Layer;
  readonly bytes: number;
  /** The CRC-32 of each of its lines. */
  readonly lines: Uint32Array;
  /** Undefined if the files are too long to be kept. */
  readonly text: string | undefined;
  /** The same without comments, line for line. */
  readonly plain: string | undefined;
}

/** A position in the policy files. */
export interface Place {
  /** Which of the files. */
  readonly file: number;
  /** From 1. */
  readonly line: number;
}

/** A value as a file has it, and where. */
export interface SaidValue extends Place {
  readonly value: unknown;
}

/** The files of a policy, and the positions of its parts. Plain data. */
export interface PolicySources {
  /** In the order in which they are merged. */
  readonly files: readonly PolicyText[];
  /**
   * By `mode`, `waiver-max`, `RULE.KEY` and `RULE.codes.CODE`: the position of the effective value. Missing keys have
   * their default.
   */
  readonly keys: Readonly<Record<string, SaidValue>>;
  /** Each in the order of the policy's meaning. */
  readonly deny: readonly Place[];
  readonly allow: readonly Place[];
  readonly hooks: readonly Place[];
  readonly waivers: readonly Place[];
}

/** So much text is kept of all files together, in characters. */
const MOST_TEXT = 16 * 2 ** 20;

const LISTS = [
  'deny',
  'allow',
  'hooks',
  'waivers',
] as const satisfies readonly (keyof PolicyFile)[];

/** @param shipped the number of files, from the first, that are shipped with Wheelgate */
export function sourcesOf(files: readonly SourcedFile[], shipped: number): PolicySources {
  const [deny, allow, hooks, waivers] = LISTS.map((list) =>
    files.flatMap(({ file, document }, index) =>
      (file[list] ?? []).map((_, entry) => placeIn(document, index, [list, entry])),
    ),
  );
  let room = MOST_TEXT;
  const texts = files.map(({ document: { file, text } }, index): PolicyText => {
    room -= text.length;
    return {
      name: basename(file),
      layer: index < shipped ? 'shipped' : 'own',
      bytes: Buffer.byteLength(text),
      lines: Uint32Array.from(linesOf(text), (line) => crc32(line)),
      text: room < 0 ? undefined : text,
      plain: room < 0 ? undefined : withoutComments(text),
    };
  });
  return {
    files: texts,
    keys: Object.fromEntries(files.flatMap(keysOf)),
    deny: deny!,
    allow: allow!,
    hooks: hooks!,
    waivers: waivers!,
  };
}

/** The lines of a file; its final line ending does not start another line. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

type SaidKey = readonly [key: string, said: SaidValue];

/** The keys in a file for the whole policy and for its rules. */
function keysOf({ file, document }: SourcedFile, index: number): SaidKey[] {
  const said = (key: string, path: Path): SaidKey => {
    const { line } = document.problemAtKey(path, '');
    return [key, { file: index, line: line ?? 1, value: at(document.value, path) }];
  };
  const whole = (['mode', 'waiver-max'] as const)
    .filter((key) => file[key] !== undefined)
    .map((key) => said(key, [key]));
  const rules = SETTABLE_RULES.flatMap((rule) =>
    keysOfRule(file, rule).map((path) => said([rule, ...path].join('.'), ['rules', rule, ...path])),
  );
  return [...whole, ...rules];
}

/** The actions per finding are merged one by one, so each is a key. */
function keysOfRule(file: PolicyFile, rule: SettableRule): string[][] {
  return Object.entries(file.rules?.[rule] ?? {}).flatMap(([key, value]) =>
    key === 'codes' ? Object.keys(value as object).map((code) => [key, code]) : [[key]],
  );
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
}

function placeIn(document: SourcedFile['document'], file: number, path: Path): Place {
  return { file, line: document.problemAt(path, '').line ?? 1 };
}
