/** The look of a sweep's page, light or dark as its reader has it: that of the page of a run. */
export const sweepStyle = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #4c5561; --line: #d9dee5; --faint: #8a94a1;
  --first: #b34700; --second: #0067a3; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1c2026; --ink: #e8ebef; --soft: #aab4c0; --line: #343b45;
  --faint: #7b8694; --first: #f0a04b; --second: #63b7ec; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word; }
main, header, footer { max-width: 1000px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 40px; padding-bottom: 20px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; } h2 { font-size: 1.2rem; margin: 0 0 10px; }
header p, footer p { color: var(--soft); margin: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px; margin: 0 0 18px; }
p { margin: 0; }
.answer { font-size: 1.12rem; border-left: 4px solid var(--first); padding-left: 14px; margin: 0 0 18px; max-width: 72ch; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 16px; font-size: .88rem; color: var(--soft); }
.key::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 8px; border-radius: 50%; background: var(--second); }
.key.best::before { background: var(--first); } .key.open::before { background: none; border: 1.5px solid var(--faint); }
.key.mean::before { width: 22px; height: 10px; border-radius: 2px; vertical-align: -1px;
  background: linear-gradient(var(--second), var(--second)) center / 100% 2px no-repeat, color-mix(in srgb, var(--second) 18%, transparent); }
.key.above::before { width: 6px; height: 6px; background: var(--faint); vertical-align: 2px; }
.drawings { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 24px 28px; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 2px solid var(--second); border-radius: 6px; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 18px 6px 0; text-align: right; white-space: nowrap; } th { color: var(--soft); font-weight: 600; }
thead th { border-bottom: 1px solid var(--line); } tbody tr + tr > * { border-top: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } th:last-child, td:last-child { padding-right: 0; }
caption { text-align: left; color: var(--soft); padding-bottom: 8px; caption-side: top; }
.importances { width: 100%; max-width: 640px; } .importances .bar { width: 60%; text-align: left; }
.bar span { display: block; height: 10px; border-radius: 5px; background: var(--second); min-width: 2px; }
svg { display: block; width: 100%; height: auto; max-width: 480px; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .title { font-size: 14px; font-weight: 600; fill: var(--ink); }
.grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--faint); stroke-width: 1; }
circle.full { fill: var(--second); fill-opacity: .8; } circle.open { fill: none; stroke: var(--faint); stroke-opacity: .8; stroke-width: 1.2; }
circle.best { fill: var(--first); stroke: var(--card); stroke-width: 1.5; }
line.full { stroke: var(--second); stroke-opacity: .35; stroke-width: 1.2; } line.best { stroke: var(--first); stroke-width: 1.6; }
.band { fill: var(--second); fill-opacity: .14; } .mean { fill: none; stroke: var(--second); stroke-width: 1.6; }
footer { padding-top: 8px; padding-bottom: 40px; font-size: .88rem; }
@media (max-width: 520px) { main, header, footer { padding-left: 12px; padding-right: 12px; } header { padding-top: 24px; }
  section { padding: 16px 14px; } h1 { font-size: 1.5rem; } svg text { font-size: 15px; } svg .title { font-size: 17px; }
  th, td { padding: 5px 12px 5px 0; } .importances .bar { width: 40%; } caption { white-space: normal; } }
`;
