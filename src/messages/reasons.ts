/* Why a rule refuses a file, or lets it through: `reason` of verdicts and records, without the rule's id. */

/** Behind a release in cooldown that is let through. @param id of the advisory */
export function letThroughFix(id: string): string {
  return `let through: fixes ${id}`;
}

export function noStrongDigest(filename: string): string {
  return `the index declares no sha256, sha384 or sha512 for ${filename} (set "unhashed: pin" on the upstream to pin the first bytes it sends)`;
}

/** @param algorithm of a digest that the index declares */
export function invalidDigest(algorithm: string): string {
  return `a ${algorithm} that is invalid`;
}

/** @param algorithm of digests that the index declares */
export function twoDigests(algorithm: string): string {
  return `two different digests of ${algorithm}`;
}

/** @param one a digest, with its algorithm; @param other that of another replica */
export function pinsDiffer(filename: string, one: string, other: string): string {
  return `replicas pinned different bytes for ${filename} (${one}, ${other}); remove one of the pins`;
}

/** @param found a digest, with its algorithm; @param pinned that of the first bytes */
export function differsFromPin(filename: string, found: string, pinned: string): string {
  return `the index now has different bytes for ${filename} (${found}) than the pinned ones (${pinned}); check them, then remove the pin`;
}

/** How a file that was replaced can be let through: by its digest, by the setting, or as the new first one. */
const REMEDIES = {
  waiver: 'waive its sha256',
  setting: 'set "reuploads: accept"',
  pin: 'remove its pin',
} as const;

export type Remedy = keyof typeof REMEDIES;

/** @param algorithm of the digest that the index declares; @param pinned the first bytes' digest, with its algorithm */
export function replacedAtIndex(
  filename: string,
  algorithm: string,
  pinned: string,
  remedies: readonly Remedy[],
): string {
  const how = remedies.map((remedy) => REMEDIES[remedy]).join(' or ');
  return `${filename} was replaced at its index (another ${algorithm} than the pinned ${pinned}); check it, then ${how}`;
}

/** @param why it is not; @param before the attestations of the preceding releases */
export function notAttested(filename: string, why: string, before: string): string {
  return `${filename} is not attested (${why}), but ${before}`;
}

/** @param age as in `3 days old`; @param like a further objection, from `itsName` */
export function newAndAlike(project: string, age: string, like: string): string {
  return `${project} is ${age}, and ${like}`;
}

/** @param like as in `is one edit from colorama, a well-known project` */
export function itsName(like: string): string {
  return `its name ${like}`;
}

export function isOneEditFrom(name: string, fame: string): string {
  return `is one edit from ${name}, ${fame}`;
}

export function hasAnotherAffix(name: string, fame: string): string {
  return `differs only in a prefix or suffix from ${name}, ${fame}`;
}

/** Why a name is known. */
export function usedHere(users: number | string): string {
  return `which at least ${users} users here install`;
}

/** Why a name is known. */
export const WELL_KNOWN = 'a well-known project';

/**
 * Why an artifact is refused that runs code at every start together with another one.
 * @param place `folder/`, or the path of a module
 * @param role what the other one does
 * @param project of the other one
 */
export function partnerReason(
  place: string,
  role: 'opens' | 'fills',
  filename: string,
  project: string,
): string {
  return `${meeting(place, role, filename)}; deny ${project} if it is malicious`;
}

function meeting(place: string, role: 'opens' | 'fills', filename: string): string {
  const folder = place.replace(/\/$/, '');
  const module = place.replaceAll('/', '.');
  if (folder === place)
    return role === 'opens'
      ? `it contains the native module ${module}, which the namespace file of ${filename} runs at every Python start`
      : `its namespace file would run the native module ${module} of ${filename} at every Python start`;
  return role === 'opens'
    ? `a module in its folder ${folder} runs at every Python start, because ${filename} adds the folder to the import path`
    : `it adds the folder ${folder} to the import path, where a module of ${filename} would run at every Python start`;
}
