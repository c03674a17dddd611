import { join } from 'node:path';
import { PACKAGE_ROOT } from '../runtime/package-root.js';

/** The folder of the shipped policies, the base of every other policy. */
export function shippedPolicies(): string {
  return join(PACKAGE_ROOT, 'policies');
}
