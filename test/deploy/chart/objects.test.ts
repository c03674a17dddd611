import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { ROUTES } from '../../../src/http/routes/table.js';
import { environmentOf, gateContainer } from './pod.js';
import { helm, type Manifest, only, render, type Values } from './render.js';
import { VALUE_SETS } from './value-sets.js';

const skip = helm.skip;

/** The pods that the objects make, by name. */
function podsOf(manifests: readonly Manifest[]): { name: string; labels: any; spec: any }[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    if (kind === 'Pod') return [{ name: metadata.name, labels: metadata.labels, spec }];
    if (kind !== 'StatefulSet') return [];
    return [
      { name: metadata.name, labels: spec.template.metadata.labels, spec: spec.template.spec },
    ];
  });
}

const isPartOf = (some: Readonly<Record<string, string>>, all: Readonly<Record<string, string>>) =>
  Object.entries(some).every(([key, value]) => all[key] === value);

function kindsOf(values: Values): string[] {
  return render(values).map(({ kind }) => kind);
}

for (const [name, values] of Object.entries(VALUE_SETS))
  describe(`the objects of the chart, ${name}`, { skip }, () => {
    const manifests = skip === false ? render(values) : [];
    const statefulSet = skip === false ? only(manifests, 'StatefulSet') : undefined!;

    it('keep to the profile "restricted" of Pod Security', () => {
      for (const { name: pod, spec } of podsOf(manifests)) {
        assert.equal(spec.securityContext.runAsNonRoot, true, pod);
        assert.ok(spec.securityContext.runAsUser > 0, pod);
        assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault', pod);
        assert.equal(spec.automountServiceAccountToken, false, pod);
        for (const not of ['hostNetwork', 'hostPID', 'hostIPC']) assert.ok(!spec[not], pod);
        for (const volume of spec.volumes) assert.ok(!('hostPath' in volume), pod);
        for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
          const { securityContext, ports = [] } = container;
          assert.equal(securityContext.allowPrivilegeEscalation, false, container.name);
          assert.equal(securityContext.readOnlyRootFilesystem, true, container.name);
          assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, container.name);
          assert.ok(!securityContext.privileged, container.name);
          for (const port of ports) assert.ok(!('hostPort' in port), container.name);
          assert.ok(container.resources.limits.memory, container.name);
        }
      }
    });

    it('mount what there is, and write only to the data folder and /tmp', () => {
      for (const { name: pod, spec } of podsOf(manifests)) {
        const claims =
          statefulSet.metadata.name === pod ? statefulSet.spec.volumeClaimTemplates : [];
        const volumes = [...spec.volumes, ...(claims ?? []).map(({ metadata }: any) => metadata)];
        const names = volumes.map((volume) => volume.name);
        assert.equal(new Set(names).size, names.length, pod);
        for (const container of [...spec.containers, ...(spec.initContainers ?? [])])
          for (const mount of container.volumeMounts)
            assert.ok(names.includes(mount.name), mount.name);
      }
      const writable = gateContainer(statefulSet).volumeMounts.filter(
        (each: any) => !each.readOnly,
      );
      assert.deepEqual(
        writable.map(({ mountPath }: any) => mountPath),
        ['/var/lib/wheelgate', '/tmp'],
      );
      assert.equal(environmentOf(statefulSet).WHEELGATE_DATA, '/var/lib/wheelgate');
    });

    it('select the pods of Wheelgate, and no others', () => {
      const pods = podsOf(manifests);
      const gate = pods.find(({ name: pod }) => pod === statefulSet.metadata.name)!;
      const others = pods.filter((pod) => pod !== gate);
      const selectors = manifests.flatMap(({ kind, spec }) => {
        if (kind === 'Service') return [spec.selector];
        if (kind === 'NetworkPolicy') return [spec.podSelector.matchLabels];
        return spec?.selector?.matchLabels === undefined ? [] : [spec.selector.matchLabels];
      });
      assert.ok(selectors.length >= 3);
      for (const selector of selectors) {
        assert.ok(isPartOf(selector, gate.labels), JSON.stringify(selector));
        for (const { labels, name: other } of others) assert.ok(!isPartOf(selector, labels), other);
      }
    });

    it('have nothing of the chart’s version where Kubernetes lets nothing be changed', () => {
      const { selector, volumeClaimTemplates = [] } = statefulSet.spec;
      for (const labels of [
        selector.matchLabels,
        ...volumeClaimTemplates.map(({ metadata }: any) => metadata.labels),
      ])
        assert.deepEqual(Object.keys(labels).sort(), [
          'app.kubernetes.io/instance',
          'app.kubernetes.io/name',
        ]);
    });

    it('lead to ports that are there, by their names', () => {
      const container = gateContainer(statefulSet);
      const ports = new Map<string, number>(
        container.ports.map((port: any) => [port.name, port.containerPort]),
      );
      assert.equal(ports.size, new Set(ports.values()).size);
      const services = manifests.filter(({ kind }) => kind === 'Service');
      for (const { spec, metadata } of services) {
        if (spec.clusterIP === 'None') continue;
        for (const { name: port, targetPort } of spec.ports)
          assert.ok(ports.has(targetPort), `${metadata.name}: ${port}`);
      }
      const main = services.find(({ spec }) => spec.clusterIP !== 'None')!;
      for (const { kind, spec } of manifests) {
        const backends =
          kind === 'Ingress'
            ? spec.rules.flatMap(({ http }: any) =>
                http.paths.map(({ backend }: any) => backend.service),
              )
            : kind === 'HTTPRoute'
              ? spec.rules.flatMap((rule: any) => rule.backendRefs)
              : [];
        for (const { name: service, port } of backends) {
          assert.equal(service, main.metadata.name);
          assert.ok(
            main.spec.ports.some((one: any) => one.name === port?.name || one.port === port),
          );
        }
      }
      for (const { kind, spec } of manifests)
        if (kind === 'PodMonitor')
          for (const { port, path } of spec.podMetricsEndpoints) {
            assert.ok(ports.has(port));
            assert.ok(ROUTES.some((route) => route.path === path));
          }
    });

    it('probe routes that tell of the process alone', () => {
      const { startupProbe, livenessProbe, readinessProbe, ports } = gateContainer(statefulSet);
      const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => {
        assert.ok(ports.some(({ name: port }: any) => port === httpGet.port));
        assert.equal(httpGet.scheme, values.tls === undefined ? 'HTTP' : 'HTTPS');
        return httpGet.path;
      });
      assert.deepEqual(paths, ['/healthz', '/healthz', '/readyz']);
      for (const path of paths) assert.ok(ROUTES.some((route) => route.path === path));
      assert.ok(startupProbe.periodSeconds * startupProbe.failureThreshold >= 120);
    });

    it('set variables that are settings', () => {
      const known = new Set(CONFIG_KEYS.map(({ variable }) => variable));
      const ours = Object.keys(environmentOf(statefulSet)).filter((variable) =>
        variable.startsWith('WHEELGATE_'),
      );
      assert.ok(ours.length >= 2);
      for (const variable of ours) assert.ok(known.has(variable), variable);
      assert.equal(statefulSet.spec.template.spec.enableServiceLinks, false);
    });

    it('hold no secret but in Secrets', () => {
      const secrets = manifests.filter(({ kind }) => kind === 'Secret');
      const others = JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'));
      for (const { data } of secrets)
        for (const value of Object.values(data as Record<string, string>)) {
          assert.ok(!others.includes(value));
          assert.ok(!others.includes(Buffer.from(value, 'base64').toString()));
        }
      const withValue = gateContainer(statefulSet).env.filter(
        ({ value }: any) => value !== undefined,
      );
      for (const { name: variable } of withValue)
        assert.doesNotMatch(variable, /PASSWORD|SECRET|TOKEN|KEY/);
    });

    it('leave a pod the time that its downloads may take', () => {
      const { terminationGracePeriodSeconds: grace } = statefulSet.spec.template.spec;
      const wait = Number(gateContainer(statefulSet).lifecycle?.preStop.exec.command[1] ?? 0);
      const downloads = values === VALUE_SETS.everything ? 120 : 30;
      assert.ok(grace >= downloads + wait + 5, String(grace));
    });
  });

describe('the objects of the chart', { skip }, () => {
  const many = VALUE_SETS['two replicas on Redis and S3']!;

  it('are the fewest for one pod, and what several need for several', () => {
    const one = ['ConfigMap', 'Pod', 'Service', 'Service', 'ServiceAccount', 'StatefulSet'];
    assert.deepEqual(kindsOf({}).sort(), one);
    assert.deepEqual(kindsOf(many).sort(), [...one, 'PodDisruptionBudget', 'Secret'].sort());
    assert.ok(
      !kindsOf({ ...many, podDisruptionBudget: { enabled: false } }).includes(
        'PodDisruptionBudget',
      ),
    );
    assert.ok(!kindsOf({ ...many, replica: { existingSecret: 'own' } }).includes('Secret'));
  });

  it('have a Secret for what replicas sign with, named for the release, long enough, which all pods read', () => {
    const manifests = render(many);
    const secret = only(manifests, 'Secret');
    assert.equal(secret.metadata.name, 'wheelgate-replica');
    assert.ok(Buffer.from(secret.data.secret, 'base64').length >= 32);
    const variable = gateContainer(only(manifests, 'StatefulSet')).env.find(
      ({ name }: any) => name === 'WHEELGATE_REPLICA_SECRET',
    );
    assert.deepEqual(variable.valueFrom.secretKeyRef, { name: 'wheelgate-replica', key: 'secret' });
  });

  it('let replicas reach each other, ready or not, under the name that each of them tells', () => {
    const manifests = render(many);
    const headless = only(manifests, 'Service', /-replicas$/);
    const statefulSet = only(manifests, 'StatefulSet');
    assert.equal(headless.spec.clusterIP, 'None');
    assert.equal(headless.spec.publishNotReadyAddresses, true);
    assert.equal(statefulSet.spec.serviceName, headless.metadata.name);
    const { WHEELGATE_REPLICA_URL: url, WHEELGATE_REPLICA_LISTEN: listen } =
      environmentOf(statefulSet);
    assert.equal(url, 'http://wheelgate-0.wheelgate-replicas.wheels.svc:8081/');
    assert.equal(listen, '0.0.0.0:8081');
    assert.equal(headless.spec.ports[0].targetPort, 8081);
  });

  it('begin anew when a setting changes, and not for a policy, which is read again', () => {
    const annotations = (values: Values) =>
      only(render(values), 'StatefulSet').spec.template.metadata.annotations;
    assert.notDeepEqual(annotations({ cache: { disk: '1GiB' } }), annotations({}));
    assert.deepEqual(
      annotations({ policies: { files: { 'a.yaml': 'deny: []' } } }),
      annotations({ policies: { files: { 'a.yaml': 'deny: [{ project: x }]' } } }),
    );
  });

  it('open in a NetworkPolicy what is needed: clients and Prometheus who are named, replicas among themselves', () => {
    const policy = only(render(VALUE_SETS.everything!), 'NetworkPolicy');
    const [clients, metrics, replicas] = policy.spec.ingress;
    assert.deepEqual(
      clients.ports.map(({ port }: any) => port),
      ['http', 'dashboard'],
    );
    assert.deepEqual(clients.from, [{ namespaceSelector: { matchLabels: { team: 'ml' } } }]);
    assert.deepEqual(metrics.ports, [{ port: 'http', protocol: 'TCP' }]);
    assert.deepEqual(replicas.ports, [{ port: 8081, protocol: 'TCP' }]);
    assert.deepEqual(Object.keys(replicas.from[0]), ['podSelector']);
    const out = policy.spec.egress[1].ports.map(({ port }: any) => port);
    // HTTPS, the index, the store, Redis and its Sentinels.
    assert.deepEqual(out, [443, 9443, 3141, 6379, 26379]);
  });

  it('take the rules and the board for Prometheus and Grafana as they lie in deploy', () => {
    const manifests = render(VALUE_SETS.everything!);
    const { spec } = only(manifests, 'PrometheusRule');
    const alerts = spec.groups.flatMap(({ rules }: any) => rules).filter(({ alert }: any) => alert);
    assert.ok(alerts.length > 10);
    for (const { annotations } of alerts)
      assert.match(
        annotations.runbook_url,
        /^https:\/\/git\.example\.com\/wheelgate\/blob\/main\/docs\/operations\/alerts\.md#wheelgate/,
      );
    const board = only(manifests, 'ConfigMap', /-dashboard$/);
    assert.equal(board.metadata.labels!.grafana_dashboard, '1');
    assert.deepEqual(
      JSON.parse(board.data['wheelgate.json']),
      JSON.parse(readFileSync('deploy/grafana/wheelgate.json', 'utf8')),
    );
  });

  it('leave the number of replicas to the autoscaler where there is one', () => {
    const manifests = render(VALUE_SETS.everything!);
    const statefulSet = only(manifests, 'StatefulSet');
    const { spec } = only(manifests, 'HorizontalPodAutoscaler');
    assert.ok(!('replicas' in statefulSet.spec));
    assert.equal(spec.scaleTargetRef.name, statefulSet.metadata.name);
    assert.equal(spec.behavior.scaleDown.stabilizationWindowSeconds, 300);
    assert.equal(spec.metrics[0].resource.target.averageUtilization, 70);
  });
});
