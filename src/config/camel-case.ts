/** `hold-bytes` as the code writes it, `holdBytes`. */
type CamelCase<Key> = Key extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Key;

export type CamelCased<Section> = {
  readonly [Key in keyof Section as CamelCase<Key>]: Section[Key];
};

/** A section's settings under the names that the code has for them. */
export function camelCased<Section extends object>(section: Section): CamelCased<Section> {
  return Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as CamelCased<Section>;
}
