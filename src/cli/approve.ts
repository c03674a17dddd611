import type { Finding, Inspection } from '../domain/finding.js';
import { counted } from '../domain/plural.js';
import { STANDARD_LIBRARY } from '../inspection/standard-library.js';
import { BY_CONTENT } from '../policy/how-to-waive.js';
import { moduleName, oneLine } from '../policy/terms.js';
import type { NewEntry } from '../yaml/append-entry.js';
import { filled, mustHaveText } from './ask-person.js';
import { EXIT, type Output, UsageError } from './output.js';
import { openPolicyEdit } from './policy-edit.js';
import { putEntry } from './put-entry.js';
import { findRefusals } from './refusal.js';
import { onOneLine } from './words.js';

export interface ApproveOptions {
  readonly owner?: string;
  readonly reason?: string;
  /** The policy file to write into. */
  readonly write?: string;
  readonly server?: string;
}

/** Identifies a startup hook for the allow list: its filename and the digest of its content. */
interface Hook {
  readonly file: string;
  readonly sha256: string;
  readonly imports: readonly string[];
  /** The code that it would run, for readers of the entry. */
  readonly shown: string;
}

/** `wheelgate approve`: prints or writes the allow-list entries for a release's startup hooks. */
export async function runApprove(
  what: string,
  options: ApproveOptions,
  out: Output,
): Promise<number> {
  mustHaveText({ '--owner': options.owner, '--reason': options.reason });
  const edit =
    options.write === undefined ? undefined : await openPolicyEdit(options.write, Date.now());
  const { project, files } = await findRefusals(what, { server: options.server }, out);
  const hooked = files.filter(({ rule }) => rule === 'startup-hook');
  if (hooked.length === 0)
    throw new UsageError(
      `no start-up hook is the cause of this refusal: ${files[0].reason}; consider wheelgate waive`,
    );
  const hooks = hooksOf(hooked.flatMap(({ file }) => file.facts.inspection ?? []));
  if (hooks.length === 0)
    throw new UsageError(
      `a known-good list cannot allow this; it needs a waiver: ${hooked[0]!.reason}`,
    );
  const known = edit?.meaning?.hooks ?? [];
  const fresh = hooks.filter(
    ({ file, sha256 }) =>
      !known.some(
        (one) =>
          one.project === project &&
          one.file === file &&
          one.sha256.some((digest) => digest === sha256),
      ),
  );
  for (const { file, sha256 } of hooks.filter((hook) => !fresh.includes(hook)))
    out.line(`nothing to do: ${file} of ${project} with sha256 ${sha256} is on the list`);
  if (fresh.length === 0) return EXIT.fine;
  const [owner, reason] = await filled([
    { value: options.owner, option: '--owner', text: 'Owner' },
    { value: options.reason, option: '--reason', text: 'Reason why it is known-good' },
  ]);
  const said = `approved by ${oneLine(owner!)}: ${oneLine(reason!)}`;
  for (const hook of fresh) {
    const current =
      options.write === undefined ? undefined : await openPolicyEdit(options.write, Date.now());
    await putEntry(entryOf(project, hook, said), current, options.write, out);
  }
  const others = new Set(files.map(({ rule }) => rule).filter((rule) => rule !== 'startup-hook'));
  if (others.size > 0)
    out.problem(`still refused by ${[...others].join(', ')}: consider wheelgate waive`);
  return EXIT.fine;
}

/** Each hook once, however many of its lines and of the release's files it was found in. */
function hooksOf(inspections: readonly Inspection[]): Hook[] {
  const hooks = new Map<string, Hook>();
  for (const { findings, modules } of inspections)
    for (const finding of findings) {
      const { code, landing: file, sha256 } = finding;
      if (!BY_CONTENT.has(code) || file === undefined || sha256 === undefined) continue;
      const key = `${file} ${sha256}`;
      if (!hooks.has(key))
        hooks.set(key, {
          file,
          sha256,
          imports: importsOf(finding, modules),
          shown: shownOf(finding),
        });
    }
  return [...hooks.values()];
}

const MAX_SHOWN = 200;

function shownOf({ detail, excerpt }: Finding): string {
  if (excerpt === undefined) return oneLine(detail);
  const text = onOneLine(lineOf(excerpt));
  const cut = text.length > MAX_SHOWN || excerpt.truncated;
  return `line ${excerpt.line}: ${text.slice(0, MAX_SHOWN)}${cut ? `… (${counted(excerpt.lineLength, 'byte')})` : ''}`;
}

function lineOf({ base64, lineLength }: NonNullable<Finding['excerpt']>): string {
  return Buffer.from(base64, 'base64').subarray(0, lineLength).toString('utf8');
}

/** The modules that a line imports and its own release contains. Empty if the excerpt does not show the whole line. */
function importsOf({ excerpt }: Finding, modules: readonly string[] = []): string[] {
  if (excerpt === undefined || excerpt.truncated) return [];
  const line = lineOf(excerpt);
  const named = [...line.matchAll(/(?:^|[;:\s])import\s+([\w.,\s]+?)(?=;|$|#)/g)]
    .flatMap(([, list]) => list!.split(','))
    .map((part) => part.trim().split(/[\s.]/)[0]!);
  const others = [...line.matchAll(/(?:\bfrom\s+|(?:__import__|import_module)\(\s*['"])(\w+)/g)];
  const names = new Set([...named, ...others.map(([, name]) => name!)]);
  return [...names].filter(
    (name) =>
      moduleName().safeParse(name).success &&
      !STANDARD_LIBRARY.has(name) &&
      modules.includes(name.toLowerCase()),
  );
}

function entryOf(project: string, { file, sha256, imports, shown }: Hook, said: string): NewEntry {
  return {
    list: 'hooks',
    comments: [said, shown],
    value: { project, file, sha256: [sha256], ...(imports.length > 0 && { imports }) },
  };
}
