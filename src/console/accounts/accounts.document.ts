import { graphql } from '../graphql/graphql.js';

export const ADMIN_ACCOUNTS = graphql(`
  query AdminAccounts {
    adminAccounts {
      id
      name
      subject
      role
      state
      version
      totpConfirmed
      passwordDue
      proposedBy
      createdBy
      createdAt
      signedInAt
    }
  }
`);

export const CREATE_ADMIN_ACCOUNT = graphql(`
  mutation CreateAdminAccount($input: CreateAdminAccountInput!) {
    createAdminAccount(input: $input) {
      oneTimePassword
      account {
        id
        name
        state
      }
    }
  }
`);

export const RESET_ADMIN_ACCOUNT = graphql(`
  mutation ResetAdminAccount($name: String!, $reason: String!) {
    resetAdminAccount(name: $name, reason: $reason) {
      oneTimePassword
      account {
        id
        name
        state
      }
    }
  }
`);

export const CHANGE_ADMIN_ROLE = graphql(`
  mutation ChangeAdminRole($name: String!, $role: Role!) {
    changeAdminRole(name: $name, role: $role) {
      id
      name
      role
      state
    }
  }
`);

export const DISABLE_ADMIN_ACCOUNT = graphql(`
  mutation DisableAdminAccount($name: String!, $reason: String!) {
    disableAdminAccount(name: $name, reason: $reason) {
      id
      name
      state
    }
  }
`);

export const ENABLE_ADMIN_ACCOUNT = graphql(`
  mutation EnableAdminAccount($name: String!) {
    enableAdminAccount(name: $name) {
      id
      name
      state
    }
  }
`);

export const APPROVE_ADMIN_ACCOUNT = graphql(`
  mutation ApproveAdminAccount($name: String!, $version: Int!) {
    approveAdminAccount(name: $name, version: $version) {
      id
      name
      state
    }
  }
`);

export const CHANGE_MY_PASSWORD = graphql(`
  mutation ChangeMyPassword($current: String!, $replacement: String!) {
    changeMyPassword(current: $current, replacement: $replacement)
  }
`);

export const BEGIN_MY_SECOND_FACTOR = graphql(`
  mutation BeginMySecondFactor($password: String!) {
    beginMySecondFactor(password: $password) {
      secret
      uri
    }
  }
`);

export const CONFIRM_MY_SECOND_FACTOR = graphql(`
  mutation ConfirmMySecondFactor($code: String!) {
    confirmMySecondFactor(code: $code)
  }
`);

export const REMOVE_MY_SECOND_FACTOR = graphql(`
  mutation RemoveMySecondFactor($password: String!, $code: String!) {
    removeMySecondFactor(password: $password, code: $code)
  }
`);
