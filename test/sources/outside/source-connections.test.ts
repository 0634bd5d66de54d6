import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { SourceConnections } from '../../../src/sources/outside/source-connections.js';

const yaml = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}" }
records:
  - registry: SOCIAL
    type: SRPerson
    from: pupil
    key: number
    identifiers: [{ type: UIN, value: uin }]
`;

test('those who ask at once share one set of connections, and another file has its own', async () => {
  const urls = { SCHOOL_DATABASE_URL: 'postgres://127.0.0.1:9/school' };
  const connections = new SourceConnections(urls, createRegistries(), 1);
  const get = (appliedAt: string) => connections.get({ name: 'school', yaml, appliedAt });
  const [one, other] = await Promise.all([get('2026-01-01'), get('2026-01-01')]);
  expect(one === other).toBe(true);
  const [later, same] = await Promise.all([get('2026-01-02'), get('2026-01-02')]);
  expect(later === same).toBe(true);
  expect(later === one).toBe(false);
  await connections.close();
});
