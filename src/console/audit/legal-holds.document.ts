import { graphql } from '../graphql/graphql.js';

export const LEGAL_HOLDS = graphql(`
  query LegalHolds {
    legalHolds {
      owner
      month
    }
  }
`);

export const PLACE_LEGAL_HOLD = graphql(`
  mutation PlaceLegalHold($senderId: String!, $month: String!, $reason: String!) {
    placeLegalHold(senderId: $senderId, month: $month, reason: $reason) {
      owner
      month
    }
  }
`);

export const LIFT_LEGAL_HOLD = graphql(`
  mutation LiftLegalHold($senderId: String!, $month: String!, $reason: String!) {
    liftLegalHold(senderId: $senderId, month: $month, reason: $reason) {
      owner
      month
    }
  }
`);
