// How the page of a trace looks, in the light and in the dark, on a wide screen and on a narrow one.

/** CSS; holds no character that would end its element. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1c2128; --faint: #59636e; --line: #d8dee4; --stripe: #f4f6f8; --track: #eaeef2;
  --platform: #59636e; --runtime: #1a7f37; --extension: #0969da; --failure: #cf222e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f141a; --text: #e6edf3; --faint: #9198a1; --line: #30363d; --stripe: #171d25; --track: #20262e;
    --platform: #8b949e; --runtime: #3fb950; --extension: #58a6ff; --failure: #ff7b72;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1rem; letter-spacing: .04em; }
h2 small { font-weight: normal; color: var(--faint); letter-spacing: 0; }
.summary { margin: .25rem 0 1rem; overflow-wrap: anywhere; }
.summary.bad { color: var(--failure); }
dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0 0 1.25rem; font-size: .875rem; }
dt { display: inline; color: var(--faint); }
dt::after { content: " "; }
dd { display: inline; margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.overview { position: relative; height: 1.75rem; margin-bottom: 1.75rem; background: var(--track); border-radius: 4px; overflow: hidden; }
.part { position: absolute; top: 0; bottom: 0; min-width: 2px; overflow: hidden; background: var(--platform); border-right: 1px solid var(--ground); }
.part.wait, .part.prepare { background: var(--line); }
.part.wait b, .part.prepare b { color: var(--text); }
.part b { padding: 0 .4rem; color: var(--ground); font-size: .75rem; line-height: 1.75rem; }
section { margin-bottom: 1.5rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; border-bottom: 2px solid var(--line); padding-bottom: .25rem; }
.when { margin: 0; font-size: .875rem; font-variant-numeric: tabular-nums; color: var(--faint); }
.when span + span { margin-left: 1rem; }
.when b { color: var(--text); }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th, td { padding: .2rem .5rem; text-align: left; vertical-align: top; font-weight: normal; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: .75rem; }
tbody tr:nth-child(odd) { background: var(--stripe); }
tbody tr:hover { outline: 1px solid var(--line); outline-offset: -1px; background: var(--track); }
tbody th { font-weight: 600; width: 16%; color: var(--tone); }
.depth-2 th { padding-left: 1.5rem; }
.number { text-align: right; width: 5.5rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bars { width: 44%; }
.track { display: block; position: relative; height: 1.3em; }
.bar { position: absolute; top: .3em; bottom: .3em; min-width: 3px; border-radius: 2px; background: var(--tone); }
.bar.moment { top: 0; bottom: 0; width: 3px !important; }
.waited { color: var(--faint); white-space: nowrap; }
.platform { --tone: var(--platform); }
.runtime { --tone: var(--runtime); }
.extension { --tone: var(--extension); }
.failure { --tone: var(--failure); }
footer { font-size: .875rem; color: var(--faint); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; background: var(--tone); }
pre { max-height: 30rem; overflow: auto; padding: .75rem; background: var(--stripe); color: var(--text); font-size: .8125rem; }
summary { cursor: pointer; }
@media (max-width: 44rem) {
  thead { position: absolute; clip-path: inset(50%); }
  tbody tr { display: grid; grid-template-columns: 1fr 6.5rem 7rem; padding: .25rem 0; }
  tbody th { width: auto; }
  tbody td:nth-child(2) { grid-row: 2; grid-column: 1 / -1; padding-top: 0; }
  .depth-2 td:nth-child(2) { padding-left: 1.5rem; }
  tbody .bars { grid-row: 3; grid-column: 1 / -1; width: auto; padding-top: 0; }
  .number { width: auto; }
  tbody .number::before { color: var(--faint); content: "at "; }
  tbody .number:nth-child(4):not(:empty)::before { content: "took "; }
  .track { height: .8em; background: var(--track); border-radius: 2px; }
  .bar { top: 0; bottom: 0; }
}
@media print { tbody tr:nth-child(odd) { background: none; } .bar, .part, .swatch { print-color-adjust: exact; } }
`;
