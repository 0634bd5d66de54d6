export function CodeText({ text }: { text: string | null | undefined }) {
  return <span className="mono wrap-anywhere">{text ?? '—'}</span>;
}
