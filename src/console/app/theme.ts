import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#eaf7f7',
  '#d5ebec',
  '#a8d6d9',
  '#78c0c5',
  '#51adb4',
  '#389fa8',
  '#20848d',
  '#1b6b72',
  '#125359',
  '#063c41',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: 7,
  colors: { petrol },
  autoContrast: true,
  // Off by default in Mantine: who asked their system for less motion gets none.
  respectReducedMotion: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' } } },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    // The browser keeps nothing of what is typed, where a field does not ask for it: most of it is of persons.
    TextInput: { defaultProps: { size: 'sm', autoComplete: 'off' } },
    DateInput: { defaultProps: { autoComplete: 'off' } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', highlightOnHover: true } },
    Paper: { defaultProps: { withBorder: true, p: 'md' } },
    Badge: { defaultProps: { tt: 'none' } },
    // A click beside a form throws nothing away.
    Modal: { defaultProps: { centered: true, closeOnClickOutside: false } },
    Drawer: { defaultProps: { closeOnClickOutside: false } },
  },
});

/** Tints of badges and notices in light, and the text on them: calmer than the library's, and never below 4.5:1. */
const TINTS = {
  teal: { ground: '#e1f3ec', text: '#05543c' },
  yellow: { ground: '#fbf0d2', text: '#6b4200' },
  orange: { ground: '#fde9da', text: '#7a2e00' },
  red: { ground: '#fce8e8', text: '#8f1d1d' },
  blue: { ground: '#e4effa', text: '#0b4a80' },
  gray: { ground: '#eceff1', text: '#343a40' },
};

const tints = Object.fromEntries(
  Object.entries(TINTS).flatMap(([name, { ground, text }]) => [
    [`--mantine-color-${name}-light`, ground],
    [`--mantine-color-${name}-light-color`, text],
  ]),
);

/** Secondary text that still reads: 4.5:1 on both grounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...tints,
    '--mantine-color-dimmed': '#5a6570',
    '--mantine-color-placeholder': '#5a6570',
    '--mantine-color-body': '#ffffff',
    '--dci-ground': '#f5f7f8',
  },
  dark: { '--mantine-color-dimmed': '#a9b1b8', '--mantine-color-placeholder': '#a9b1b8', '--dci-ground': '#1a1b1d' },
});
