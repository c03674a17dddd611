/** `sha256=…`, as in a fragment (PEP 503) or in `data-core-metadata`; Gitea and Forgejo write `sha256-…`. */
export function digestsIn(text: string): (readonly [name: string, value: string | undefined])[] {
  return text.split('&').flatMap((part) => {
    const [, name, value] = /^([a-z0-9]+)[=-](.*)$/is.exec(part.trim()) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
}
