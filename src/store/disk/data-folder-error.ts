/** A data folder that this server must not, or cannot, use; the message ends the start. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}
