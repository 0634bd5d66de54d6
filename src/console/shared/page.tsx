import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

interface PageProps {
  title: string;
  /** What this page is for, in one line. */
  lead?: string;
  /** The list that a detail page belongs to. */
  parent?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, parent, actions, children }: PageProps) {
  const { t } = useTranslation();
  const name = t('app.name');
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  return (
    <Stack gap="md">
      {parent !== undefined && (
        <Breadcrumbs>
          <Anchor component={Link} to={parent.to} size="sm">
            {parent.label}
          </Anchor>
          <Text size="sm" c="dimmed" className="wrap-anywhere">
            {title}
          </Text>
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} tabIndex={-1} className="wrap-anywhere">
            {title}
          </Title>
          {lead !== undefined && (
            <Text size="sm" c="dimmed" maw="100ch" className="no-print">
              {lead}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
