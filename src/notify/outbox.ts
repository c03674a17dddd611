import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeQuickly } from '../store/disk/atomic-file.js';
import { isMissing, readPlainFile } from '../store/disk/disk-files.js';

/** A message on its way to one webhook. */
export interface Waiting {
  /** The message's, the same at every attempt. */
  readonly id: string;
  /** The webhook's name. */
  readonly webhook: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const FORM = z.object({ webhook: z.string(), since: z.number(), body: z.string() });
const NAME = /^msg_[0-9a-f]{32}\.json$/;

/** Messages that wait to be delivered, a file each: a restart loses none. */
export class Outbox {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The messages of earlier runs. An unreadable file is deleted. */
  async list(): Promise<Waiting[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const waiting: Waiting[] = [];
    for (const name of names) {
      const id = name.replace(/\.json$/, '');
      if (!NAME.test(name)) continue;
      const held = await this.#read(id);
      if (held === undefined) await this.remove(id);
      else waiting.push({ id, webhook: held.webhook, since: held.since });
    }
    return waiting.sort((a, b) => a.since - b.since);
  }

  async put({ id, webhook, since }: Waiting, body: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeQuickly(this.#path(id), Buffer.from(JSON.stringify({ webhook, since, body })));
  }

  /** @returns undefined if it is missing or torn */
  async body(id: string): Promise<string | undefined> {
    return (await this.#read(id))?.body;
  }

  async remove(id: string): Promise<void> {
    await unlink(this.#path(id)).catch(() => {});
  }

  async #read(id: string): Promise<z.output<typeof FORM> | undefined> {
    try {
      return FORM.parse(JSON.parse((await readPlainFile(this.#path(id))).toString('utf8')));
    } catch {
      return undefined;
    }
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
