const DAY = 86_400_000;

/** The demo's policy files. @param at the end of its month, in milliseconds since 1970 */
export function demoPolicies(at: number): Readonly<Record<string, string>> {
  const day = (days: number) => new Date(at + days * DAY).toISOString().slice(0, 10);
  return {
    '10-team.yaml': `# What differs here from what comes with Wheelgate.
rules:
  # Most stolen releases are found within days.
  cooldown: { action: block, age: 3d, exempt: ["acme-*"] }
  # Tried before it is enforced: what would break without sources?
  sdist: { action: block, mode: dry-run }
deny:
  - project: lumenn-http
    reason: "one letter from lumen-http, and somebody else's"
    reference: "https://advisories.example.com/2026-11-03"
`,
    '20-waivers.yaml': `# Temporary exceptions. Each has somebody who answers for it.
waivers:
  - rule: archive
    project: brasswork
    versions: "==1.2.8"
    reason: "the vendor repacks it by hand; 1.2.9 is clean"
    owner: data-platform@example.com
    expires: ${day(9)}
  - rule: cooldown
    project: sailcloth
    reason: "we publish it ourselves"
    versions: ">=5"
    owner: web@example.com
    expires: ${day(41)}
`,
  };
}
