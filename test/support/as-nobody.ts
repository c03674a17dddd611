const NOBODY = 65_534;

/**
 * Does work without root's permissions, for which no file is unreadable: in this process, whose tests run one after
 * another. Without root, it changes nothing.
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
