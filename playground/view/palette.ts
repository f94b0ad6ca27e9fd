import { effect, signal } from "@preact/signals";

// The colours of the style sheet, for what is drawn on a canvas.

const names = ["card", "ink", "muted", "line", "zero", "one", "awake", "drowsy"] as const;

export type Palette = Readonly<Record<(typeof names)[number], string>>;
export type Theme = "light" | "dark";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const asked = (): Theme => (dark.matches ? "dark" : "light");

/** Light or dark: as the system asks, until the visitor chooses. */
export const theme = signal<Theme>(asked());
dark.addEventListener("change", () => {
  theme.value = asked();
});

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}

export const palette = signal<Palette>(read());

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  palette.value = read();
});

/** The red, green and blue of a colour written #rrggbb, or #rgb: a style sheet that was made small has both. */
export function rgb(colour: string): readonly [number, number, number] {
  const written = colour.slice(1);
  const digits = Number.parseInt(written.length === 3 ? written.replace(/./g, "$&$&") : written, 16);
  return [digits >> 16, (digits >> 8) & 255, digits & 255];
}

/** A colour between two others: at 0 the first, at 1 the second. */
export function blend(from: string, to: string, share: number): string {
  const [a, b] = [rgb(from), rgb(to)];
  const parts = a.map((part, index) => Math.round(part + (b[index] - part) * share));
  return `rgb(${parts.join(" ")})`;
}
