import { useState } from 'react';

/**
 * The row of a list that is open beside it, as the list has it now. One that has left the list (another administrator
 * changed it, and the filter leaves it out) stays open as it was last: what is being written there is not lost unsaid.
 */
export function useOpenRow<Row extends { id: string }>(rows: Row[], id: string | null | undefined): Row | undefined {
  const [last, setLast] = useState<Row>();
  const listed = rows.find((row) => row.id === id);
  if (listed !== undefined && listed !== last) setLast(listed);
  if (listed !== undefined) return listed;
  return last?.id === id ? last : undefined;
}
