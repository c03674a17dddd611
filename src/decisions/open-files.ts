import { type FileHandle, open, stat } from 'node:fs/promises';
import { type DecisionFile, decisionFiles } from './log-files.js';

/** A file of the log, held open: renamed, compressed or removed, it can still be read. */
export interface OpenDecisionFile extends DecisionFile {
  readonly handle: FileHandle;
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Its first bytes, by which it is known again. */
  readonly head: Buffer;
}

/** All files of a log as they were at one moment. */
export interface OpenDecisions {
  readonly files: readonly OpenDecisionFile[];
  /** What could not be opened, a sentence each. */
  readonly gaps: readonly string[];
}

/** A rotation is over in less time than it takes to open all files anew. */
const ATTEMPTS = 20;
const HEAD = 4096;

/**
 * Opens all files of a decision log. Where files were renamed, compressed or removed meanwhile, some may have been
 * missed: then all are opened anew. Never rejects: what cannot be opened is said in `gaps`.
 */
export async function openDecisions(place: string): Promise<OpenDecisions> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await lie(place);
    const { files, gaps } = await openListed(place);
    if ((await lie(place)) === before) return { files: await withoutCopies(files), gaps };
    if (attempt === ATTEMPTS)
      return { files, gaps: [...gaps, 'the log was rotated again and again while it was opened'] };
    await close(files);
  }
}

/** How the files lie: another text whenever one of them was put in another's place. */
async function lie(place: string): Promise<string> {
  const listed = await decisionFiles(place).catch(() => []);
  const places = listed.map(async ({ name, path }) => {
    const info = await stat(path, { bigint: true }).catch(() => undefined);
    return `${name} ${info?.dev} ${info?.ino}`;
  });
  return (await Promise.all(places)).join('\n');
}

async function openListed(place: string): Promise<{ files: OpenDecisionFile[]; gaps: string[] }> {
  const files: OpenDecisionFile[] = [];
  const gaps: string[] = [];
  try {
    for (const file of await decisionFiles(place))
      try {
        // A pipe would be waited for.
        if ((await stat(file.path)).isFile()) files.push(await openFile(file));
        else gaps.push(`${file.name} is not a plain file`);
      } catch (error) {
        gaps.push(`${file.name} cannot be opened: ${codeOf(error)}`);
      }
  } catch (error) {
    gaps.push(`the folder of the log cannot be listed: ${codeOf(error)}`);
  }
  return { files, gaps };
}

async function openFile(file: DecisionFile): Promise<OpenDecisionFile> {
  const handle = await open(file.path, 'r');
  try {
    const { size } = await handle.stat();
    return { ...file, handle, size, head: await headOf(handle) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The first bytes of a file, up to some thousand. */
export async function headOf(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return buffer.subarray(0, bytesRead);
}

/** Between copying and truncating (`copytruncate`) the same records lie in two files. */
async function withoutCopies(files: readonly OpenDecisionFile[]): Promise<OpenDecisionFile[]> {
  const current = files.find((file) => file.current);
  const copies = files.filter(
    (file) =>
      current !== undefined &&
      file !== current &&
      file.compression === undefined &&
      file.size > 0 &&
      file.size <= current.size &&
      current.head.subarray(0, file.head.length).equals(file.head),
  );
  await close(copies);
  return files.filter((file) => !copies.includes(file));
}

async function close(files: readonly OpenDecisionFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

/** What went wrong, without the path. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
