import { Anchor, AppShell, Burger, Group, NavLink, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink as RouterLink, Outlet, useLocation, useNavigation } from 'react-router';
import { useMe } from '../session/me.js';
import { SignOutButton } from '../session/sign-out-button.js';
import { Loading } from '../shared/loading.js';
import { LanguageMenu } from './language-menu.js';
import { Logo } from './logo.js';
import { NAVIGATION, type NavigationItem } from './navigation.js';
import { Leaving } from './leaving.js';
import { Offline } from './offline.js';
import { ThemeButton } from './theme-button.js';

export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const isOnItsWay = useNavigation().state === 'loading';
  const { pathname } = useLocation();
  useFocusOnPage();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="lg"
    >
      <a className="skip-link" href="#main">
        {t('app.skip')}
      </a>
      <Leaving />
      {isOnItsWay && <div role="status" aria-label={t('state.loading')} className="on-its-way" />}
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('app.menu')} />
            <Logo />
            <Text fw={600} visibleFrom="xs">
              {t('app.name')}
            </Text>
          </Group>
          <Reader />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('app.navigation')} className={opened ? undefined : 'menu-folded'}>
        <AppShell.Section grow component={ScrollArea} p="xs">
          {NAVIGATION.map(({ label, items }) => (
            <section key={label} className="nav-group" aria-label={t(`nav.groups.${label}`)}>
              <Text className="nav-heading">{t(`nav.groups.${label}`)}</Text>
              {items.map((item) => (
                <MenuItem key={item.path} item={item} onChosen={close} />
              ))}
            </section>
          ))}
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Offline />
        <Suspense fallback={<Loading />}>
          {/* What was opened on the page of one thing, and for what reason, is not open on that of the next. */}
          <Outlet key={pathname} />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

/** On a new page the keyboard goes on from its heading, which a screen reader then tells. */
function useFocusOnPage(): void {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const main = document.getElementById('main');
    (main?.querySelector('h1') ?? main)?.focus({ preventScroll: true });
  }, [pathname]);
}

function MenuItem({ item, onChosen }: { item: NavigationItem; onChosen: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const active = item.path === '/' ? pathname === '/' : pathname.startsWith(item.path);
  return (
    <NavLink
      component={RouterLink}
      to={item.path}
      active={active}
      label={t(`nav.${item.label}`)}
      leftSection={<item.icon size={17} stroke={1.7} aria-hidden />}
      onClick={onChosen}
      className="nav-link"
    />
  );
}

function Reader() {
  const { t } = useTranslation();
  const { subject, role, account } = useMe();
  const name = `${subject} · ${role == null ? '' : t(`role.${role}`)}`;
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" c="dimmed" visibleFrom="sm">
        {account === null ? (
          name
        ) : (
          <Anchor component={Link} to="/accounts" inherit c="dimmed">
            {name}
          </Anchor>
        )}
      </Text>
      <LanguageMenu />
      <ThemeButton />
      <SignOutButton />
    </Group>
  );
}
