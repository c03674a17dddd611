import { join } from 'node:path';
import { PACKAGE_ROOT } from '../runtime/package-root.js';

/** The folder of the policies that come with Wheelgate, which lie under every other. */
export function shippedPolicies(): string {
  return join(PACKAGE_ROOT, 'policies');
}
