export const OTHER = 'other';

/** The values one label takes: known names, and of these no more than so many. All else is `other`. */
export class LabelSet {
  private readonly taken = new Set<string>();

  constructor(
    private readonly max: number,
    private readonly isKnown: (name: string) => boolean,
  ) {}

  toLabel(name: string): string {
    if (this.taken.has(name)) return name;
    if (this.taken.size >= this.max || !this.isKnown(name)) return OTHER;
    this.taken.add(name);
    return name;
  }
}
