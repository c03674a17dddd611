import type { Lost } from './leases.js';

/** Whoever sent the bytes of a fill is gone before their end: they may be had from somebody else, from there on. */
export class SourceLost extends Error {
  override readonly name = 'SourceLost';
  readonly lost: Lost;

  constructor(lost: Lost = { how: 'ended' }) {
    super(`the transfer was interrupted: ${lost.how}`);
    this.lost = lost;
  }
}
