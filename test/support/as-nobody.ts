const NOBODY = 65_534;

/**
 * Does work without the rights of root, for which no file is unreadable: in this process, whose tests run one after
 * the other. Where it is not root, there is nothing to take away.
 */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work();
  process.seteuid!(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}
