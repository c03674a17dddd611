import { z } from 'zod';
import type { Layer, PolicySources, PolicyText } from '../policy/sources.js';
import { writeQuickly } from '../store/disk/atomic-file.js';
import { type DiskFiles, isMissing, readPlainFile, whyUnusable } from '../store/disk/disk-files.js';

/** The changes of one edit to a policy file. */
export interface EditedFile {
  readonly name: string;
  readonly layer: Layer;
  readonly change: 'added' | 'changed' | 'removed';
  /** Number of lines. A moved line counts as neither added nor removed. */
  readonly added: number;
  readonly removed: number;
}

/** An accepted edit of the policy files. */
export interface PolicyEdit {
  /** ISO 8601: activation time. */
  readonly time: string;
  readonly revision: string;
  /** Set if the edit has no effect on the rules: comments, order, spelling. */
  readonly sameMeaning?: boolean | undefined;
  /** Empty for the first version. */
  readonly files: readonly EditedFile[];
}

const FORM = z.object({
  edits: z.array(
    z.object({
      time: z.string(),
      revision: z.string(),
      sameMeaning: z.boolean().optional(),
      files: z.array(
        z.object({
          name: z.string(),
          layer: z.enum(['shipped', 'own']),
          change: z.enum(['added', 'changed', 'removed']),
          added: z.number(),
          removed: z.number(),
        }),
      ),
    }),
  ),
  files: z.array(
    z.object({
      name: z.string(),
      layer: z.enum(['shipped', 'own']),
      /** The CRC-32 of each line, 4 bytes each, in base64. */
      lines: z.base64(),
    }),
  ),
});

type Saved = z.output<typeof FORM>;
type KnownFile = Pick<PolicyText, 'name' | 'layer' | 'lines'>;

const MOST = 20;

export interface PolicyEditsParts {
  /** The file that they are kept in. */
  readonly path: string;
  readonly now: () => number;
  /** Receives existing but unreadable files. */
  readonly onUnreadable: DiskFiles['onUnreadable'];
  /** They could not be kept: a restart would lose them. */
  readonly onNotKept: (error: unknown) => void;
}

/** The last edits of the policy, stored on disk: an edit while the server is stopped is detected at the next start. */
export class PolicyEdits {
  readonly #parts: PolicyEditsParts;
  #edits: readonly PolicyEdit[];
  #files: readonly KnownFile[];
  #saving: Promise<void> = Promise.resolve();

  private constructor(parts: PolicyEditsParts, { edits, files }: Saved) {
    this.#parts = parts;
    this.#edits = edits;
    this.#files = files.map(({ lines, ...file }) => ({ ...file, lines: unpacked(lines) }));
  }

  static async open(parts: PolicyEditsParts): Promise<PolicyEdits> {
    return new PolicyEdits(parts, await load(parts));
  }

  /** Newest first. */
  get newest(): readonly PolicyEdit[] {
    return this.#edits.toReversed();
  }

  /** When the revision in force came into force, ISO 8601. */
  get since(): string | undefined {
    return this.#edits.findLast(({ sameMeaning }) => sameMeaning !== true)?.time;
  }

  /** Files have taken effect; they may be unchanged. */
  note(revision: string, { files }: Pick<PolicySources, 'files'>): void {
    const before = this.#edits.at(-1);
    const changes = before === undefined ? [] : changesBetween(this.#files, files);
    const sameMeaning = before?.revision === revision;
    if (sameMeaning && changes.length === 0) return;
    const time = new Date(this.#parts.now()).toISOString();
    const edit = { time, revision, ...(sameMeaning && { sameMeaning }), files: changes };
    this.#edits = [...this.#edits, edit].slice(-MOST);
    this.#files = files.map(({ name, layer, lines }) => ({ name, layer, lines }));
    this.#save();
  }

  /** Resolves once all is kept, or could not be. */
  close(): Promise<void> {
    return this.#saving;
  }

  #save(): void {
    const files = this.#files.map(({ lines, ...file }) => ({ ...file, lines: packed(lines) }));
    const bytes = Buffer.from(JSON.stringify({ edits: this.#edits, files }));
    const { path, onNotKept } = this.#parts;
    this.#saving = this.#saving.then(() => writeQuickly(path, bytes)).catch(onNotKept);
  }
}

/** If a file is missing or torn, the previous state is unknown. */
async function load({ path, onUnreadable }: PolicyEditsParts): Promise<Saved> {
  try {
    return FORM.parse(JSON.parse((await readPlainFile(path)).toString('utf8')));
  } catch (error) {
    if (!isMissing(error)) onUnreadable(path, whyUnusable(error));
    return { edits: [], files: [] };
  }
}

function changesBetween(before: readonly KnownFile[], after: readonly KnownFile[]): EditedFile[] {
  const keyOf = ({ layer, name }: KnownFile) => `${layer}/${name}`;
  const old = new Map(before.map((file) => [keyOf(file), file]));
  const kept = new Set(after.map(keyOf));
  const changes: EditedFile[] = [];
  for (const file of after) {
    const same = old.get(keyOf(file));
    const { name, layer, lines } = file;
    if (same === undefined)
      changes.push({ name, layer, change: 'added', added: lines.length, removed: 0 });
    else if (Buffer.compare(bytesOf(same.lines), bytesOf(lines)) !== 0)
      changes.push({ name, layer, change: 'changed', ...lineChanges(same.lines, lines) });
  }
  for (const file of before) {
    const { name, layer, lines } = file;
    if (!kept.has(keyOf(file)))
      changes.push({ name, layer, change: 'removed', added: 0, removed: lines.length });
  }
  return changes;
}

/** The number of added and removed lines, regardless of position. */
function lineChanges(before: Uint32Array, after: Uint32Array) {
  const more = new Map<number, number>();
  for (const line of after) more.set(line, (more.get(line) ?? 0) + 1);
  for (const line of before) more.set(line, (more.get(line) ?? 0) - 1);
  let [added, removed] = [0, 0];
  for (const count of more.values()) {
    if (count > 0) added += count;
    else removed -= count;
  }
  return { added, removed };
}

function packed(lines: Uint32Array): string {
  return bytesOf(lines).toString('base64');
}

function unpacked(text: string): Uint32Array {
  const bytes = Buffer.from(text, 'base64');
  return Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, line) =>
    bytes.readUInt32LE(4 * line),
  );
}

function bytesOf(lines: Uint32Array): Buffer {
  const bytes = Buffer.alloc(4 * lines.length);
  for (const [index, line] of lines.entries()) bytes.writeUInt32LE(line, 4 * index);
  return bytes;
}
