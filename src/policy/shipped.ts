import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the policies that come with Wheelgate, which lie under every other. */
export function shippedPolicies(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the installation is damaged: no package.json above');
    folder = parent;
  }
  return join(folder, 'policies');
}
