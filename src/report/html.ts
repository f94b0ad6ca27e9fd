/** Markup that is safe to write into a page: made by {@link html}, or by what draws. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: nothing, markup as it is, or a text or number, which is escaped. */
type Part = Html | string | number | false | undefined | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text as it stands in markup, between tags and in attributes in quotes. */
export const escapeText = (text: string) => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

/**
 * Markup of a template. Names of columns and classes come from people's files: whatever is not markup already is escaped, so that
 * there is nothing to forget.
 * @example
 * html`<p>${name}</p>`
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => (index === 0 ? text : textOf(parts[index - 1]) + text)).join(""));
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return part === false || part === undefined ? "" : escapeText(String(part));
}
