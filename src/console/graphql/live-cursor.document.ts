import { graphql } from './graphql.js';

export const LIVE_CURSOR = graphql(`
  query LiveCursor {
    liveCursor
  }
`);
