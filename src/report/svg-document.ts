import { escapeText } from "./html.ts";

// What Observable Plot needs of a browser's document to draw in, and no more: elements that are put together once and then written
// as text. It comes to a page of code; a whole document would weigh more than Plot itself.

const XHTML = "http://www.w3.org/1999/xhtml";

class SvgText {
  readonly data: string;
  constructor(data: string) {
    this.data = data;
  }
  toString(): string {
    return escapeText(this.data);
  }
}

class SvgElement {
  readonly ownerDocument: SvgDocument;
  readonly tagName: string;
  readonly #attributes = new Map<string, string>();
  #children: (SvgElement | SvgText)[] = [];

  constructor(document: SvgDocument, tagName: string) {
    this.ownerDocument = document;
    this.tagName = tagName;
  }

  /** Of the page's own kind: elements that are appended say themselves what they are. */
  get namespaceURI(): string {
    return XHTML;
  }

  get textContent(): string {
    return this.#children.map((child) => (child instanceof SvgText ? child.data : child.textContent)).join("");
  }

  set textContent(text: string) {
    this.#children = [new SvgText(text)];
  }

  setAttribute(name: string, value: unknown): void {
    this.#attributes.set(name, String(value));
  }

  setAttributeNS(_space: string, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }

  appendChild<Node extends SvgElement | SvgText>(child: Node): Node {
    this.#children.push(child);
    return child;
  }

  insertBefore<Node extends SvgElement | SvgText>(child: Node, next: SvgElement | SvgText | null): Node {
    const place = next === null ? -1 : this.#children.indexOf(next);
    this.#children.splice(place < 0 ? this.#children.length : place, 0, child);
    return child;
  }

  /**
   * Styles of a drawing stand in the page's own sheet, which is all that its policy lets in, and its description with the whole image:
   * Plot's names for groups of strokes, such as "rule", say nothing to a listener.
   */
  toString(): string {
    if (this.tagName === "style") return "";
    const told = [...this.#attributes].filter(([name]) => !name.startsWith("aria-"));
    const attributes = told.map(([name, value]) => ` ${name}="${escapeText(value)}"`).join("");
    return `<${this.tagName}${attributes}>${this.#children.join("")}</${this.tagName}>`;
  }
}

/** A document whose elements write themselves as text. */
export class SvgDocument {
  readonly documentElement: SvgElement = new SvgElement(this, "html");

  createElementNS(_space: string, name: string): SvgElement {
    return new SvgElement(this, name);
  }

  createElement(name: string): SvgElement {
    return new SvgElement(this, name);
  }

  createTextNode(text: string): SvgText {
    return new SvgText(text);
  }
}
