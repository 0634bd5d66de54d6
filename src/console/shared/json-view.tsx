import { Code } from '@mantine/core';

export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    <Code block className="json" tabIndex={0} role="group" aria-label={label}>
      {JSON.stringify(value, null, 2)}
    </Code>
  );
}
