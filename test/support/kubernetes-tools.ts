import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Requirement, required } from './requirements.js';

const HOW = {
  helm: 'go install helm.sh/helm/v3/cmd/helm@v3.22.0',
  kubeconform: 'go install github.com/yannh/kubeconform/cmd/kubeconform@latest',
  'kubernetes-validate': 'python3 -m pip install kubernetes-validate',
  kubectl: 'it comes with Kubernetes',
} as const;

/** A program, in the folder `WHEELGATE_TEST_KUBERNETES` or on the PATH. */
export function kubernetesTool(name: keyof typeof HOW): Requirement<string> {
  const folders = [
    process.env.WHEELGATE_TEST_KUBERNETES ?? '',
    ...(process.env.PATH ?? '').split(':'),
  ].filter(Boolean);
  const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  return required(path, name, `${HOW[name]}, in the folder that WHEELGATE_TEST_KUBERNETES names`);
}

/** The folder with the definitions of custom resources, as their projects publish them. */
export function resourceDefinitions(): Requirement<string> {
  const folder = process.env.WHEELGATE_TEST_KUBERNETES;
  const path = folder === undefined ? undefined : join(folder, 'crds');
  return required(
    path !== undefined && existsSync(path) ? path : undefined,
    'definitions of PodMonitor, PrometheusRule and HTTPRoute',
    'in the folder crds below what WHEELGATE_TEST_KUBERNETES names; .ci/run says how to get them',
  );
}
