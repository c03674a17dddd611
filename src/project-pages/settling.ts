/** A promise whose value is available synchronously after it has settled: the warm path cannot wait a turn for each. */
export class Settling<T> {
  readonly promise: Promise<T>;
  /** Undefined before the promise is fulfilled, and permanently if it is rejected. */
  value: T | undefined;

  constructor(promise: Promise<T>) {
    this.promise = promise;
    promise.then(
      (value) => {
        this.value = value;
      },
      () => {},
    );
  }
}
