/**
 * Waits for a promise with a timeout in milliseconds.
 * @param onLate called at the timeout; creates the error
 * @throws the promise's rejection, or the timeout
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
