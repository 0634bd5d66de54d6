import { Center, Stack, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export function Empty({ title, hint, action }: { title: string; hint?: string | undefined; action?: ReactNode }) {
  return (
    <Center py="xl">
      <Stack align="center" gap={4} maw="48ch">
        <IconInbox size={32} stroke={1.3} color="var(--mantine-color-dimmed)" aria-hidden />
        <Text fw={500}>{title}</Text>
        {hint !== undefined && (
          <Text size="sm" c="dimmed" ta="center">
            {hint}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}
