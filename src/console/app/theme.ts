import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const teal: MantineColorsTuple = [
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
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol: teal },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' } } },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', highlightOnHover: true } },
    Paper: { defaultProps: { withBorder: true, p: 'md' } },
    Modal: { defaultProps: { centered: true } },
  },
});

/** Secondary text that still reads: 4.5:1 on both grounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#5a6570', '--mantine-color-body': '#ffffff', '--dci-ground': '#f5f7f8' },
  dark: { '--mantine-color-dimmed': '#a9b1b8', '--dci-ground': '#1b1e22' },
});
