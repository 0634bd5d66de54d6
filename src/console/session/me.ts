import { createContext, useContext } from 'react';
import type { ResultOf } from '../graphql/graphql.js';
import type { ME } from './me.document.js';

export type Me = ResultOf<typeof ME>['me'];
export type Role = NonNullable<Me['role']>;

/** Of who signed in with an account of the gateway. */
export type OwnAccountFacts = NonNullable<Me['account']>;

export const ROLES: Role[] = ['ADMIN', 'OPERATOR', 'AUDITOR', 'MONITOR'];
export const RUNNERS: Role[] = ['ADMIN', 'OPERATOR'];
export const ADMINS: Role[] = ['ADMIN'];
export const PAYLOAD_READERS: Role[] = ['ADMIN', 'AUDITOR'];

export const MeContext = createContext<Me | undefined>(undefined);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === undefined) throw new Error('no session above this component');
  return me;
}

/** The server decides; this only spares the reader buttons that would be refused. */
export function useMay(roles: Role[]): boolean {
  const { role } = useMe();
  return role != null && roles.includes(role);
}
