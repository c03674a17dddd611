import { template } from './render.js';

export const MANIFESTS = 'deploy/kubernetes';

const HEAD = `# Generated from deploy/helm/wheelgate with its default values: \`npm run manifests\`. A test compares them.
`;
/** What only Helm has a use for. */
const OF_HELM = /^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm;

/** The chart's default as plain files, by name. @throws where helm fails */
export function plainManifests(): Map<string, string> {
  const said = template({}, ['--skip-tests']);
  if (!said.ok) throw new Error(said.text);
  const files = new Map<string, string>();
  for (const part of said.out.split(/^---\n/m).slice(1)) {
    const [, name, text] = /^# Source: wheelgate\/templates\/(.+)\n([\s\S]*)$/.exec(part) ?? [];
    if (name === undefined) throw new Error(`an object of no template: ${part}`);
    files.set(name, `${HEAD}${text!.replaceAll(OF_HELM, '').trimEnd()}\n`);
  }
  const version = /^ +app\.kubernetes\.io\/version: "(.+)"$/m.exec(said.out)![1]!;
  const names = [...files.keys()].sort();
  files.set('kustomization.yaml', kustomization(names, version));
  return files;
}

function kustomization(names: readonly string[], version: string): string {
  return `${HEAD}# kubectl apply -k deploy/kubernetes
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${names.map((name) => `  - ${name}\n`).join('')}# In your own kustomization, set your registry's image:
# images:
#   - { name: wheelgate, newName: images.example.com/wheelgate, newTag: "${version}" }
`;
}
