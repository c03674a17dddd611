/** A reserved name prefix at an index that matches the project's name (PEP 752). */
export interface Namespace {
  /** Normalized name (PEP 503). */
  readonly name: string;
  /** Whether the project belongs to the owner of the namespace. */
  readonly owned: boolean;
}

const NONE: readonly Namespace[] = [];

/**
 * The key `namespaces` of a project page (PEP 752, from version 1.5 of the JSON form on): null if the name is in no
 * namespace.
 * @param value untrusted, from an index or a record: invalid parts are ignored
 */
export function readNamespaces(value: unknown): readonly Namespace[] {
  if (!Array.isArray(value)) return NONE;
  return value.flatMap((entry: unknown): Namespace[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { name, owned }: { name?: unknown; owned?: unknown } = entry;
    return typeof name === 'string' && typeof owned === 'boolean' ? [{ name, owned }] : [];
  });
}
