import { flat, type WireText } from '../../../contracts/wire-text.js';

type Kind = 'text' | 'reasoning';

interface OpenPart {
  readonly kind: Kind;
  /** What stands before each of its deltas. */
  readonly before: string;
  readonly end: string;
}

const AFTER = '"}\n\n';

/** Text and reasoning as parts that begin, grow and end: of each answer one at a time is open. */
export class UiMessageParts {
  private readonly open: (OpenPart | undefined)[] = [];
  private begun = 0;

  delta(kind: Kind, choice: number, text: WireText): string {
    const current = this.open[choice];
    if (current?.kind === kind) return current.before + text + AFTER;
    const id = `${kind}-${++this.begun}`;
    const part = {
      kind,
      before: flat(`data: {"type":"${kind}-delta","id":"${id}","delta":"`),
      end: `data: {"type":"${kind}-end","id":"${id}"}\n\n`,
    };
    const border = `${this.end(choice)}data: {"type":"${kind}-start","id":"${id}"}\n\n`;
    this.open[choice] = part;
    return border + part.before + text + AFTER;
  }

  /** Of what is open of this answer. */
  end(choice: number): string {
    const end = this.open[choice]?.end ?? '';
    this.open[choice] = undefined;
    return end;
  }

  endAll(): string {
    return this.open.map((_, choice) => this.end(choice)).join('');
  }
}
