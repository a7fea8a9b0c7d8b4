/** Conditions of one statement, joined by AND. Values only ever travel as parameters. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  /** `?` stands for the value, wherever it occurs. Without a value there is no condition. */
  add(condition: string, value: unknown): this {
    if (value === undefined) return this;
    const place = this.bind(value);
    this.parts.push(condition.replaceAll('?', () => place));
    return this;
  }

  /** A parameter elsewhere in the statement. */
  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  get sql(): string {
    return this.parts.join(' AND ');
  }
}

/** A pattern of LIKE for everything that contains the text as it stands. */
export const containing = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
