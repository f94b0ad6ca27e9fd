/** The look of a sweep's page, light or dark as its reader has it. */
export const sweepStyle = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #656d76; --ground: #ffffff; --line: #d0d7de; --first: #9a5b00; --second: #0969a8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --faint: #8d96a0; --ground: #0d1117; --line: #30363d; --first: #f0a93b; --second: #58a6ff; }
}
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; margin: 0 0 8px; } h2 { font-size: 1.15rem; margin: 32px 0 8px; }
.answer { font-size: 1.1rem; border-left: 4px solid var(--first); padding-left: 12px; }
.drawings { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 16px; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } caption { text-align: left; color: var(--faint); padding-bottom: 6px; }
.importances .bar { width: 320px; padding: 4px 0; } .bar span { display: block; height: 12px; background: var(--second); }
svg { width: 100%; height: auto; max-width: 520px; } svg text { font: 11px system-ui, sans-serif; fill: var(--faint); }
svg .title { font-size: 13px; font-weight: 600; fill: var(--ink); } .grid { stroke: var(--line); stroke-width: 1; }
circle.full { fill: var(--second); fill-opacity: 0.75; } circle.open { fill: none; stroke: var(--faint); stroke-opacity: 0.7; }
circle.best { fill: var(--first); } line.full { stroke: var(--second); stroke-opacity: 0.35; } line.best { stroke: var(--first); }
.band { fill: var(--second); fill-opacity: 0.14; } .mean { fill: none; stroke: var(--second); stroke-width: 1.5; }
footer { margin-top: 32px; color: var(--faint); font-size: 0.85rem; }
`;
