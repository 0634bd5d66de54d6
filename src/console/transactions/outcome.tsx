import { StateBadge, type State } from '../shared/state-badge.js';

interface OutcomeProps {
  status: State;
  statusReasonCode: string | null;
}

/** How a call ended, with the protocol's code where it was refused. */
export function Outcome({ status, statusReasonCode }: OutcomeProps) {
  return (
    <span className="outcome">
      <StateBadge state={status} />
      {statusReasonCode != null && <span className="mono dimmed">{statusReasonCode}</span>}
    </span>
  );
}
