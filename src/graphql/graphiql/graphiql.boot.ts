const QUERY = `# Sign in: under "Headers" below, set {"Authorization": "Bearer <admin token>"}, then fetch the schema again.

query Overview {
  me { subject role }
  overview(window: "PT1H") {
    requests { total errorRate p95Ms }
    deliveries { backlog oldestAgeSeconds successRate }
  }
}
`;

/** Runs in the browser. The token that the reader typed for HTTP is the one that the WebSocket is opened with. */
export const BOOT_SCRIPT = `'use strict';
let authorization;
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  authorization = new Headers(init?.headers).get('authorization') ?? authorization;
  return send(input, init);
};
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => new URL('graphql/graphiql/' + label + '.js', document.baseURI).href,
};
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  title: 'DCI gateway',
  defaultQuery: ${JSON.stringify(QUERY)},
  subscriptionsProtocol: 'WS',
  connectionParams: () => ({ authorization }),
});
`;
