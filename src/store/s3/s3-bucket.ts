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

/** An object for reading: `lastModified` in milliseconds since 1970. */
export interface StoredObject {
  readonly size: number;
  readonly body: Readable;
  readonly lastModified: number | undefined;
}

/** A multipart upload in progress. */
export interface Upload {
  readonly key: string;
  readonly id: string;
}

/** The content of a prefix. */
export interface Listing {
  readonly keys: readonly string[];
  /** The prefixes up to the next slash, which is included. */
  readonly folders: readonly string[];
}

/** A body that can be sent repeatedly. */
export type Body = () => Readable;

/** For each object: only Wheelgate needs its type. */
const ContentType = 'application/octet-stream';
/** Each has a thousand objects. */
const MOST_PAGES = 20;
const NEVER = new AbortController().signal;

/** The required calls of one bucket. Each rejects on an unexpected response. */
export class S3Bucket {
  readonly #line: S3Line;
  readonly #name: string;

  constructor(line: S3Line, name: string) {
    this.#line = line;
    this.#name = name;
  }

  /** @returns undefined if the object does not exist */
  async get(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    const { answer } = this.#line.patience;
    const command = new GetObjectCommand({ Bucket: this.#name, Key: key });
    return this.#line.ask(answer, signal, async (client, options) => {
      try {
        const { Body, ContentLength: size, LastModified } = await client.send(command, options);
        const body = Body as Readable;
        if (size !== undefined) return { size, body, lastModified: LastModified?.getTime() };
        // A page of an intermediate server, or a late error.
        body.destroy();
        throw new Error('the response has no length');
      } catch (error) {
        if (error instanceof NoSuchKey || statusOf(error) === 404) return undefined;
        throw error;
      }
    });
  }

  /**
   * The direct content of a prefix, in key order.
   * @throws above some thousand objects: callers must use a narrower prefix
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

  /** Starts an object that is invisible until it is completed. */
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
    if (id === undefined) throw new Error('the response lacks an upload id');
    return { key, id };
  }

  /** @param number starts at 1 */
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

  /** Aborts an upload. If that fails, the bucket's rule for unfinished uploads removes it. Never rejects. */
  async abandon(upload: Upload): Promise<void> {
    const { answer } = this.#line.patience;
    const command = new AbortMultipartUploadCommand(this.#of(upload));
    await this.#line
      .ask(answer, NEVER, (client, options) => client.send(command, options))
      .catch(() => {});
  }

  /** Renews an object's age, which the bucket's rules use. Never rejects. */
  async renew(key: string): Promise<void> {
    const { take } = this.#line.patience;
    const command = new CopyObjectCommand({
      Bucket: this.#name,
      Key: key,
      CopySource: encodeURI(`${this.#name}/${key}`),
      // Copying an object to itself requires a change.
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
