/** Takes bytes out of a stream of chunks by number, so that a format can be read from it block by block. */
export class ByteQueue {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);
  /** Bytes taken so far. */
  position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, or as many as there are before the end. For small numbers of bytes. */
  async take(length: number): Promise<Buffer> {
    while (this.#buffer.length < length) {
      const { done, value } = await this.#chunks.next();
      if (done === true) break;
      this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value]);
    }
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(taken.length);
    this.position += taken.length;
    return taken;
  }

  /** Hands the next `length` bytes to a sink piece by piece; returns how many there were. */
  async pass(length: number, sink: (chunk: Buffer) => void): Promise<number> {
    let passed = 0;
    while (passed < length) {
      if (this.#buffer.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done === true) break;
        this.#buffer = value;
      }
      const piece = this.#buffer.subarray(0, length - passed);
      this.#buffer = this.#buffer.subarray(piece.length);
      this.position += piece.length;
      passed += piece.length;
      if (piece.length > 0) sink(piece);
    }
    return passed;
  }
}
