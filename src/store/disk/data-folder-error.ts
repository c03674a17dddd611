/** A data folder that this server must not, or cannot, work in: the start ends with this sentence. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}
