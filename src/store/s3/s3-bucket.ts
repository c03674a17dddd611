import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type S3Line, statusOf } from './s3-line.js';

/** An object as it is read: `lastModified` in milliseconds since 1970. */
export interface StoredObject {
  readonly size: number;
  readonly body: Readable;
  readonly lastModified: number | undefined;
}

/** An object that is being put in parts. */
export interface Upload {
  readonly key: string;
  readonly id: string;
}

/** What lies below a prefix. */
export interface Listing {
  readonly keys: readonly string[];
  /** What goes on behind a slash, each with it. */
  readonly folders: readonly string[];
}

/** A body that can be sent once more. */
export type Body = () => Readable;

/** Of each object: what it is, nobody but us needs to know. */
const ContentType = 'application/octet-stream';
/** Of a thousand objects each. */
const MOST_PAGES = 20;
const NEVER = new AbortController().signal;

/** One bucket: the few calls that are made of it. Each rejects where it is not answered as it should be. */
export class S3Bucket {
  readonly #line: S3Line;
  readonly #name: string;

  constructor(line: S3Line, name: string) {
    this.#line = line;
    this.#name = name;
  }

  /** @returns undefined where there is no such object */
  async get(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    const { answer } = this.#line.patience;
    const command = new GetObjectCommand({ Bucket: this.#name, Key: key });
    return this.#line.ask(answer, signal, async (client, options) => {
      try {
        const { Body, ContentLength: size, LastModified } = await client.send(command, options);
        const body = Body as Readable;
        if (size !== undefined) return { size, body, lastModified: LastModified?.getTime() };
        // A page of a server in between, or an error that came late.
        body.destroy();
        throw new Error('the response has no length');
      } catch (error) {
        if (error instanceof NoSuchKey || statusOf(error) === 404) return undefined;
        throw error;
      }
    });
  }

  /**
   * What lies directly below a prefix, in the order of the keys.
   * @throws where there are more than some thousand: whoever lists asks for less
   */
  async list(prefix: string, signal: AbortSignal): Promise<Listing> {
    const { answer } = this.#line.patience;
    const keys: string[] = [];
    const folders: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const command = new ListObjectsV2Command({
        Bucket: this.#name,
        Prefix: prefix,
        Delimiter: '/',
        ...(token !== undefined && { ContinuationToken: token }),
      });
      const listed = await this.#line.ask(answer, signal, (client, options) =>
        client.send(command, options),
      );
      for (const { Key } of listed.Contents ?? []) if (Key !== undefined) keys.push(Key);
      for (const one of listed.CommonPrefixes ?? [])
        if (one.Prefix !== undefined) folders.push(one.Prefix);
      token = listed.IsTruncated === true ? listed.NextContinuationToken : undefined;
      if (token === undefined) return { keys, folders };
    }
    throw new Error(`more than ${MOST_PAGES} thousand objects are below ${prefix}`);
  }

  async put(key: string, body: Body, size: number, signal: AbortSignal): Promise<void> {
    const { take } = this.#line.patience;
    await this.#line.ask(take, signal, (client, options) => {
      const what = { Body: body(), ContentLength: size, ContentType };
      return client.send(new PutObjectCommand({ Bucket: this.#name, Key: key, ...what }), options);
    });
  }

  /** Begins an object of which nobody sees anything before it is completed. */
  async begin(key: string, signal: AbortSignal): Promise<Upload> {
    const { answer } = this.#line.patience;
    const command = new CreateMultipartUploadCommand({
      Bucket: this.#name,
      Key: key,
      ContentType,
    });
    const { UploadId: id } = await this.#line.ask(answer, signal, (client, options) =>
      client.send(command, options),
    );
    if (id === undefined) throw new Error('the response names no upload');
    return { key, id };
  }

  /** @param number from 1 on */
  async putPart(
    upload: Upload,
    number: number,
    body: Body,
    size: number,
    signal: AbortSignal,
  ): Promise<CompletedPart> {
    const { take } = this.#line.patience;
    const { ETag } = await this.#line.ask(take, signal, (client, options) => {
      const what = { PartNumber: number, Body: body(), ContentLength: size };
      return client.send(new UploadPartCommand({ ...this.#of(upload), ...what }), options);
    });
    return { PartNumber: number, ETag };
  }

  async complete(
    upload: Upload,
    parts: readonly CompletedPart[],
    signal: AbortSignal,
  ): Promise<void> {
    const { take } = this.#line.patience;
    const command = new CompleteMultipartUploadCommand({
      ...this.#of(upload),
      MultipartUpload: { Parts: [...parts] },
    });
    await this.#line.ask(take, signal, (client, options) => client.send(command, options));
  }

  /** Gives up what was begun. Where that fails the bucket's own rule for unfinished uploads removes it. Never rejects. */
  async abandon(upload: Upload): Promise<void> {
    const { answer } = this.#line.patience;
    const command = new AbortMultipartUploadCommand(this.#of(upload));
    await this.#line
      .ask(answer, NEVER, (client, options) => client.send(command, options))
      .catch(() => {});
  }

  /** Makes an object young again, for the bucket's rules go by age. Never rejects. */
  async renew(key: string): Promise<void> {
    const { take } = this.#line.patience;
    const command = new CopyObjectCommand({
      Bucket: this.#name,
      Key: key,
      CopySource: encodeURI(`${this.#name}/${key}`),
      // Copying an object onto itself takes a change of something.
      MetadataDirective: 'REPLACE',
      ContentType,
    });
    await this.#line
      .ask(take, NEVER, (client, options) => client.send(command, options))
      .catch(() => {});
  }

  #of({ key, id }: Upload) {
    return { Bucket: this.#name, Key: key, UploadId: id };
  }
}
