/**
 * Gives up waiting after so many milliseconds.
 * @param onLate called then; makes the error to reject with
 * @throws what the promise rejects with, or that timeout
 */
export async function withDeadline<T>(
  milliseconds: number,
  promise: Promise<T>,
  onLate: () => Error = tookTooLong,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onLate()), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(): Error {
  return new Error('timeout');
}
