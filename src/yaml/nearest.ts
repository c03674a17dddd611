import { editDistance } from '../domain/edit-distance.js';

/** The most likely intended candidate for a misspelt `word`, or undefined if none is similar. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = simplify(word);
  let best: string | undefined;
  let bestDistance = 1 + Math.max(1, Math.floor(plain.length / 3));
  for (const candidate of candidates) {
    const distance = editDistance(plain, simplify(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? candidates.find((candidate) => begins(plain, simplify(candidate)));
}

/** `logging` suggests `log`. */
function begins(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}

/** `holdBytes`, `hold_bytes` and `HOLD-BYTES` all suggest `hold-bytes`. */
function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_. ]/g, '');
}
