/** Puts a colour on a text, or leaves it as it is. */
export type Paint = (text: string) => string;

/** The few colours there are. `first` and `second` tell two networks apart and are well apart for every kind of eye. */
export interface Palette {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly first: Paint;
  readonly second: Paint;
}

const code =
  (on: number, off: number): Paint =>
  (text) =>
    `\x1b[${on}m${text}\x1b[${off}m`;

const plain: Paint = (text) => text;

export const noColours: Palette = { strong: plain, faint: plain, first: plain, second: plain };

export const colours: Palette = { strong: code(1, 22), faint: code(2, 22), first: code(33, 39), second: code(36, 39) };
