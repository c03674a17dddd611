/** Gathers the first 8 bytes of each member's SHA-256 (see `Inspection.memberDigests`). */
export class MemberDigests {
  #bytes = Buffer.allocUnsafe(1024);
  count = 0;

  add(sha256: Buffer): void {
    if (this.#bytes.length < (this.count + 1) * 8)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.allocUnsafe(this.#bytes.length)]);
    sha256.copy(this.#bytes, this.count * 8, 0, 8);
    this.count++;
  }

  toBase64(): string {
    return this.#bytes.toString('base64', 0, this.count * 8);
  }
}
