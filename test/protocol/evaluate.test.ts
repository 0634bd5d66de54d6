import { matches } from '../../src/protocol/query/evaluate.js';
import { attributesOf } from '../../src/protocol/registries/attributes.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';

test('a list of any length is compared', () => {
  const attributes = attributesOf(createRegistries().byName('SOCIAL')!, 'SRPerson');
  const phones = Array.from({ length: 300_000 }, (_, number) => `+${number}`);
  const has = (value: string) =>
    matches(
      { attribute: 'phone_number', operator: 'eq', value },
      { data: { phone_number: phones }, identifiers: [] },
      attributes,
    );
  expect([has('+299999'), has('+300000')]).toEqual([true, false]);
});
