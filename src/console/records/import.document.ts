import { graphql } from '../graphql/graphql.js';

export const STAGE_IMPORT = graphql(`
  mutation StageFileImport {
    stageFileImport {
      id
    }
  }
`);

export const PREVIEW_IMPORT = graphql(`
  mutation PreviewFileImport($id: ID!, $input: FileImportInput!) {
    previewFileImport(id: $id, input: $input) {
      columns
      fault
      errors {
        message
      }
      rows {
        line
        cells
        record
        problem
      }
    }
  }
`);

export const START_IMPORT = graphql(`
  mutation StartFileImport($id: ID!, $input: FileImportInput!) {
    startFileImport(id: $id, input: $input) {
      id
      state
    }
  }
`);

export const CANCEL_IMPORT = graphql(`
  mutation CancelFileImport($id: ID!) {
    cancelFileImport(id: $id) {
      id
      state
    }
  }
`);

export const FILE_IMPORT = graphql(`
  query FileImport($id: ID!) {
    fileImport(id: $id) {
      id
      state
      progress
      rows
      inserted
      updated
      unchanged
      refused
      fault
      problems {
        line
        reason
      }
    }
  }
`);
