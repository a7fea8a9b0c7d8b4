/** How far the JSON text of a call's arguments has come, piece by piece. */
export class ArgumentsExtent {
  /** Whether they have begun. */
  hasBegun = false;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;

  /** Whether what there is could be all. */
  get isWhole(): boolean {
    return this.hasBegun && this.depth <= 0 && !this.isInString;
  }

  add(text: string): void {
    this.hasBegun ||= text.trim() !== '';
    for (const character of text) this.take(character);
  }

  private take(character: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (character === '"') this.isInString = !this.isInString;
    else if (this.isInString) this.isEscaped = character === '\\';
    else if (character === '{' || character === '[') this.depth += 1;
    else if (character === '}' || character === ']') this.depth -= 1;
  }
}
