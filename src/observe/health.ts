/** The state of one part: `degraded` still serves, `failed` should receive no requests. */
export type HealthState = 'ok' | 'degraded' | 'failed';

export interface HealthPart {
  readonly part: string;
  readonly state: HealthState;
  readonly detail: string | undefined;
}

export interface HealthReport {
  /** The worst state of all parts. */
  readonly status: HealthState;
  readonly parts: Readonly<
    Record<string, { readonly state: HealthState; readonly detail?: string }>
  >;
}

const WORST_FIRST: readonly HealthState[] = ['failed', 'degraded', 'ok'];

/** The content of `/readyz`: every part reports its own state when it changes. */
export class Health {
  readonly #parts = new Map<string, { state: HealthState; detail?: string }>();
  readonly #listeners: ((part: HealthPart) => void)[] = [];

  set(part: string, state: HealthState, detail?: string): void {
    this.#parts.set(part, detail === undefined ? { state } : { state, detail });
    for (const listener of this.#listeners) listener({ part, state, detail });
  }

  /** Calls back whenever a part reports its state. */
  onChange(listener: (part: HealthPart) => void): void {
    this.#listeners.push(listener);
  }

  parts(): HealthPart[] {
    return [...this.#parts].map(([part, { state, detail }]) => ({ part, state, detail }));
  }

  report(): HealthReport {
    const states = [...this.#parts.values()].map((part) => part.state);
    const status = WORST_FIRST.find((state) => states.includes(state)) ?? 'ok';
    return { status, parts: Object.fromEntries(this.#parts) };
  }
}
