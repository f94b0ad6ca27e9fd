import { Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** What a page holds. */
export interface PageContent {
  readonly title: string;
  readonly header: Html;
  readonly main: readonly (Html | false | undefined)[];
  readonly version: string;
}

/** One file of HTML without scripts, that loads nothing. Its policy lets in its one sheet and nothing else. */
export async function pageOf({ title, header, main, version }: PageContent): Promise<string> {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${await sourceHash(STYLE)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · drowse</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>${header}</header>
<main>
${main}
</main>
<footer><p>drowse ${version}. Nothing on this page leads anywhere, or loads anything.</p></footer>
</body>
</html>
`;
  return page.text;
}

/** A source as a Content-Security-Policy names it: by its SHA-256 in base 64. */
async function sourceHash(source: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source)));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
