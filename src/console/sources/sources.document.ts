import { graphql } from '../graphql/graphql.js';

export const SOURCES = graphql(`
  query Sources {
    sources {
      name
      kind
      mode
      state
      registries
      followedBy
      notice
      lagSeconds
      served
      withheld
      refused
      refusals {
        entry
        path
        reason
        count
      }
      lastError
      lastChangeAt
      progress
    }
  }
`);

export const CHECK_SOURCE = graphql(`
  mutation CheckSource($yaml: String!) {
    checkSource(yaml: $yaml) {
      errors {
        line
        column
        message
      }
      warnings {
        line
        column
        message
      }
      samples {
        entry
        data
      }
    }
  }
`);

export const APPLY_SOURCE = graphql(`
  mutation ApplySource($yaml: String!) {
    applySource(yaml: $yaml) {
      name
    }
  }
`);

export const PROPOSE_SOURCE = graphql(`
  mutation ProposeSource($url: String!, $table: String!, $registry: Registry!) {
    proposeSource(url: $url, table: $table, registry: $registry) {
      yaml
      unmapped
    }
  }
`);

export const PAUSE_SOURCE = graphql(`
  mutation PauseSource($name: String!) {
    pauseSource(name: $name) {
      name
    }
  }
`);

export const RESUME_SOURCE = graphql(`
  mutation ResumeSource($name: String!) {
    resumeSource(name: $name) {
      name
    }
  }
`);

export const RESYNC_SOURCE = graphql(`
  mutation ResyncSource($name: String!) {
    resyncSource(name: $name) {
      name
    }
  }
`);

export const REMOVE_SOURCE = graphql(`
  mutation RemoveSource($name: String!) {
    removeSource(name: $name) {
      name
    }
  }
`);
