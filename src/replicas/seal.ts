import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of an HMAC-SHA256. */
const LENGTH = 32;

/** What was sealed, by whomever. */
export function withoutSeal(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(LENGTH);
}

/**
 * Signs what replicas leave for each other where others can write, with the secret that they have in common. A value
 * holds under the name that it was signed for, and no other: whoever copies it elsewhere has nothing.
 */
export class Seal {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @param name what the value is of: its key, and whatever else must not be exchanged */
  seal(name: readonly string[], value: Uint8Array): Buffer {
    return Buffer.concat([this.#sign(name, value), value]);
  }

  /** @returns the value; undefined where it was not signed for that name with this secret */
  open(name: readonly string[], sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < LENGTH) return undefined;
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const value = bytes.subarray(LENGTH);
    const holds = timingSafeEqual(bytes.subarray(0, LENGTH), this.#sign(name, value));
    return holds ? value : undefined;
  }

  #sign(name: readonly string[], value: Uint8Array): Buffer {
    const hmac = createHmac('sha256', this.#secret);
    // JSON tells ["a", "b"] from ["ab"], and has no line feed of its own.
    hmac.update(`${JSON.stringify(name)}\n`);
    return hmac.update(value).digest();
  }
}
