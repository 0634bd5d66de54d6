/** Values of one statement, numbered as they are used. */
export class Parameters {
  readonly values: unknown[] = [];

  /** @returns its place, `$3` */
  add(value: string | number | (string | number)[]): string {
    return `$${this.values.push(value)}`;
  }

  json(value: unknown): string {
    return `${this.add(JSON.stringify(value))}::jsonb`;
  }

  path(path: string): string {
    return `${this.add(path)}::jsonpath`;
  }
}
