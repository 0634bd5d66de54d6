/** Where others begin: the catalog of our interfaces (RFC 9727), and whom to tell of a weakness (RFC 9116) where the operator says so. */
import { Router } from 'express';

export interface WellKnown {
  publicUrl: string;
  clock: () => Date;
  /** `mailto:`, `https:` or `tel:`; without one there is no such file, since nobody would answer. */
  securityContacts: readonly string[];
}

const DAY_MS = 86_400_000;
/** A reader of a stored copy asks again after so long. */
const GOOD_FOR_DAYS = 180;
const CATALOG = '/.well-known/api-catalog';
const LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"';

export function wellKnownRouter(known: WellKnown): Router {
  const router = Router();
  const { publicUrl, securityContacts, clock } = known;
  router.get(CATALOG, (_request, response) => {
    response.set({ Link: `<${publicUrl}${CATALOG}>; rel="api-catalog"`, 'Content-Type': LINKSET });
    response.send(JSON.stringify(catalog(publicUrl)));
  });
  router.get('/.well-known/security.txt', (_request, response, next) => {
    if (securityContacts.length === 0) return next();
    const until = new Date(clock().getTime() + GOOD_FOR_DAYS * DAY_MS);
    return response.type('text/plain').send(securityText(publicUrl, securityContacts, until));
  });
  return router;
}

/** A linkset of each interface: its description for programs, for people, and how it is. */
function catalog(url: string): { linkset: Record<string, unknown>[] } {
  const link = (path: string, type: string) => [{ href: `${url}${path}`, type }];
  const status = link('/readyz', 'application/json');
  return {
    linkset: [
      { anchor: `${url}${CATALOG}`, item: [{ href: `${url}/dci/v1` }, { href: `${url}/graphql` }] },
      {
        anchor: `${url}/dci/v1`,
        'service-desc': link('/dci/v1/openapi.json', 'application/json'),
        'service-doc': link('/dci/v1/docs', 'text/html'),
        'service-meta': link('/.well-known/oauth-authorization-server', 'application/json'),
        status,
      },
      { anchor: `${url}/graphql`, 'service-doc': link('/graphql', 'text/html'), status },
    ],
  };
}

const securityText = (url: string, contacts: readonly string[], until: Date): string =>
  [
    ...contacts.map((contact) => `Contact: ${contact}`),
    `Expires: ${until.toISOString().replace(/\.\d+/, '')}`,
    `Canonical: ${url}/.well-known/security.txt`,
    '',
  ].join('\n');
