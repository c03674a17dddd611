/** A prefix of names that an organisation has reserved at an index, and that a project's name has (PEP 752). */
export interface Namespace {
  /** PEP 503's normal form. */
  readonly name: string;
  /** Whether the project belongs to who owns the namespace. */
  readonly owned: boolean;
}

const NONE: readonly Namespace[] = [];

/**
 * The key `namespaces` of a project page (PEP 752, from version 1.5 of the JSON form on): null where the name lies in none.
 * @param value what an index or a record says, which may be anything: what cannot be read is passed over
 */
export function readNamespaces(value: unknown): readonly Namespace[] {
  if (!Array.isArray(value)) return NONE;
  return value.flatMap((entry: unknown): Namespace[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { name, owned }: { name?: unknown; owned?: unknown } = entry;
    return typeof name === 'string' && typeof owned === 'boolean' ? [{ name, owned }] : [];
  });
}
