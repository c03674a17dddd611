import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { describeIssue } from './describe-issue.js';
import type { Problem } from './problem.js';

/** A path into a document, as zod reports it. */
export type Path = readonly PropertyKey[];

/** What a file holds, checked against a schema, or all that is wrong with it. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly locate: Locate }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Makes a problem at the place in the file that a path leads to, or as near to it as there is. */
export type Locate = (path: Path, message: string) => Problem;

/** Text put in for `${NAME}` in a string; throws, with a message for people, where there is none. */
export type Interpolate = (text: string) => string;

/**
 * Reads YAML 1.2 and checks it against a schema. Duplicate keys are problems, aliases are bounded, an empty
 * file is an empty mapping.
 */
export function readYaml<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
  interpolate?: Interpolate,
): Reading<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const locate: Locate = (path, message) =>
    at(offsetOf(document.contents as Node | null, path), message);
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) =>
    at(pos[0], message),
  );
  if (problems.length > 0) return { ok: false, problems };

  if (interpolate !== undefined)
    visit(document, {
      Scalar(_key, node) {
        if (typeof node.value !== 'string') return;
        try {
          node.value = interpolate(node.value);
        } catch (error) {
          problems.push(at(node.range?.[0] ?? 0, (error as Error).message));
        }
      },
    });
  if (problems.length > 0) return { ok: false, problems };

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    return { ok: false, problems: [at(0, (error as Error).message)] };
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data, locate };
  return {
    ok: false,
    problems: parsed.error.issues
      .flatMap((issue) => describeIssue(issue, schema))
      .map(({ path, message }) => locate(path, message)),
  };
}

/** The offset of the node at a path; a key's own offset where the path's last part is one that is present. */
function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && item.key.value === part,
      );
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = (node as { items?: unknown[] } | null)?.items?.[part as number];
      const range = (node as Node | undefined)?.range;
      if (range === undefined || range === null) return offset;
      offset = range[0];
    }
  }
  return isMap(node) || !isScalar(node) ? offset : (node.range?.[0] ?? offset);
}
