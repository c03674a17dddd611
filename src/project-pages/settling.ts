/** A promise whose value can be had at once after it has settled: the warm path cannot wait a turn for each. */
export class Settling<T> {
  readonly promise: Promise<T>;
  /** Undefined before the promise is fulfilled, and for ever where it is rejected. */
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
