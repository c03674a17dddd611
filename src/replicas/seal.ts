import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of an HMAC-SHA256. */
const LENGTH = 32;

/** The sealed value, without a check of the signature. */
export function withoutSeal(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(LENGTH);
}

/**
 * Signs values that replicas exchange through storage that others can write, with their common secret. A value is valid
 * only for the name that it was signed for, so copying it to another name is useless.
 */
export class Seal {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @param name the subject of the value: its key, and all other parts that must not be exchanged */
  seal(name: readonly string[], value: Uint8Array): Buffer {
    return Buffer.concat([this.#sign(name, value), value]);
  }

  /** @returns the value; undefined if it was not signed for that name with this secret */
  open(name: readonly string[], sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < LENGTH) return undefined;
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const value = bytes.subarray(LENGTH);
    const holds = timingSafeEqual(bytes.subarray(0, LENGTH), this.#sign(name, value));
    return holds ? value : undefined;
  }

  #sign(name: readonly string[], value: Uint8Array): Buffer {
    const hmac = createHmac('sha256', this.#secret);
    // JSON distinguishes ["a", "b"] from ["ab"], and contains no line feeds.
    hmac.update(`${JSON.stringify(name)}\n`);
    return hmac.update(value).digest();
  }
}
