/**
 * The page's sheet. Colours are those of Okabe and Ito (2008), which people with any kind of colour vision tell apart; curves differ by
 * their dashes as well. `system` colours follow what the reader's device asks for.
 */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #4c5561; --line: #d9dee5; --faint: #8a94a1;
  --training: #b34700; --held: #0067a3; --mark: #1b1f24; --right: 0, 103, 163; --wrong: 179, 71, 0; --code: #eef1f5; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1c2026; --ink: #e8ebef; --soft: #aab4c0; --line: #343b45;
  --faint: #7b8694; --training: #f0a04b; --held: #63b7ec; --mark: #e8ebef; --right: 99, 183, 236; --wrong: 240, 160, 75; --code: #262c34; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word; }
main, header, footer { max-width: 1000px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 40px; padding-bottom: 20px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; margin: 0 0 10px; }
h3 { font-size: 1rem; margin: 18px 0 4px; }
header p, footer p { color: var(--soft); margin: 0; }
p { margin: 10px 0 0; max-width: 72ch; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px; margin: 0 0 18px; }
section[aria-label="In short"] { background: none; border: 0; padding: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 14px; margin: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; }
.card dt { font-weight: 600; color: var(--soft); font-size: .92rem; }
.card dd { margin: 0; font-size: .88rem; color: var(--soft); line-height: 1.45; }
.card strong { display: block; font-size: 1.9rem; line-height: 1.25; color: var(--ink); font-weight: 650; letter-spacing: -0.02em; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 18px; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 18px 32px; align-items: center; }
.beside p:first-child { margin-top: 0; }
figure { margin: 0; max-width: 480px; }
figcaption { font-weight: 600; font-size: .92rem; color: var(--soft); }
.plot { display: block; width: 100%; height: auto; font-size: 12.5px; font-family: inherit; color: var(--soft); overflow: visible; }
.plot text { white-space: pre; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; font-size: .9rem; color: var(--soft); }
.key::before { content: ""; display: inline-block; width: 22px; margin-right: 8px; vertical-align: middle; border-top: 3px solid var(--held); }
.key.training::before { border-top: 3px dashed var(--training); }
.key.mark::before { border-top: 3px dotted var(--mark); }
.scroll { overflow-x: auto; margin: 0 -4px; padding: 4px; }
.scroll:focus-visible { outline: 2px solid var(--held); border-radius: 6px; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: 6px 12px; text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 600; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.confusion td, .confusion thead th:not(:first-child) { text-align: center; font-variant-numeric: tabular-nums; min-width: 52px; }
.confusion thead th, .confusion tbody tr + tr > * { border: 0; }
.confusion td { border: 2px solid var(--card); border-radius: 6px; }
.confusion tbody tr + tr > td { border-top: 2px solid var(--card); }
.confusion .rate { color: var(--soft); }
${[1, 2, 3, 4, 5, 6, 7, 8].map((shade) => `.right${shade} { background: rgba(var(--right), ${shade * 0.05}); } .wrong${shade} { background: rgba(var(--wrong), ${shade * 0.05}); }`).join("\n")}
ul.advice { list-style: none; margin: 0; padding: 0; }
.advice li + li { border-top: 1px solid var(--line); margin-top: 14px; padding-top: 14px; }
.advice p { margin: 2px 0 0; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .88rem; background: var(--code); border-radius: 6px; }
code { padding: 2px 6px; }
pre { padding: 12px 14px; margin: 10px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { padding-top: 8px; padding-bottom: 40px; font-size: .88rem; }
@media (max-width: 520px) { main, header, footer { padding-left: 12px; padding-right: 12px; } header { padding-top: 24px; }
  section { padding: 16px 14px; } h1 { font-size: 1.5rem; } th, td { padding: 5px 8px; } }
@page { margin: 12mm; }
@media print { :root { color-scheme: light; --page: #ffffff; --line: #bbbbbb; } body { font-size: 9.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; } header { padding-top: 0; padding-bottom: 12px; } section { padding: 12px 16px; margin-bottom: 12px; }
  .cards { grid-template-columns: repeat(4, 1fr); } .card strong { font-size: 1.5rem; } .charts, .beside { grid-template-columns: 1fr 1fr; }
  section, figure, tr, li, .card, pre { break-inside: avoid; } section[aria-labelledby="contract"] { break-inside: auto; } h2, h3, .legend { break-after: avoid; }
  .scroll { overflow: visible; } }
`;
