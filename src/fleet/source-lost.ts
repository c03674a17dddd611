import type { Lost } from './leases.js';

/** The sender of a fill's bytes is lost before their end: the rest may be available from another one. */
export class SourceLost extends Error {
  override readonly name = 'SourceLost';
  readonly lost: Lost;

  constructor(lost: Lost = { how: 'ended' }) {
    super(`the transfer was interrupted: ${lost.how}`);
    this.lost = lost;
  }
}
