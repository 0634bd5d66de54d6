/** `consent` and `authorize` stand beside the criteria there; where the standard has them they win. */
import type { JsonObject } from '../../envelope/json.js';
import { isObject } from '../dialect.js';

export function readConsentBeside(item: JsonObject): JsonObject {
  const { search_criteria: criteria, consent, authorize } = item;
  if (!isObject(criteria)) return item;
  const beside = {
    ...(isObject(consent) ? { consent: readBlock(consent) } : {}),
    ...(isObject(authorize) ? { authorize: readBlock(authorize) } : {}),
  };
  return { ...item, search_criteria: { ...beside, ...criteria } };
}

/** An empty time is none. */
const readBlock = ({ ts, ...block }: JsonObject): JsonObject => ({
  ...block,
  ...(ts === undefined || ts === '' ? {} : { ts }),
});
