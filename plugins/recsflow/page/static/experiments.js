import{a as c,b as y,c as h,d as b,e as l}from"./chunks/chunk-3KULE6AM.js";import{a as x,c as g}from"./chunks/chunk-BNOTJ6TY.js";import{b as a}from"./chunks/chunk-6DHFEWGX.js";var t=a(c(),1),m=a(y(),1);var u=a(c(),1);var f=a(x(),1),d=class extends u.Component{state={error:null};static getDerivedStateFromError(e){return{error:e instanceof Error?e:new Error(String(e))}}render(){return this.state.error===null?this.props.children:(0,f.jsxs)(g,{tone:"bad",title:"This page has a fault",children:[this.state.error.message," Load it again; if that does not help, the browser\u2019s console has the details."]})}};var r=a(x(),1),z=(0,t.lazy)(async()=>({default:(await import("./chunks/ExperimentView-I65PJE5M.js")).ExperimentView})),S=(0,t.lazy)(async()=>({default:(await import("./chunks/RunView-BAXGHZAR.js")).RunView})),E=(0,t.lazy)(async()=>({default:(await import("./chunks/CompareView-LSVT726C.js")).CompareView}));function p({dagId:o,runId:e}){let{pathname:i}=(0,m.useLocation)();return(0,r.jsx)("div",{className:"ex-page",children:(0,r.jsx)(d,{children:(0,r.jsx)(t.Suspense,{fallback:(0,r.jsx)(b,{what:"the page"}),children:C(i,o,e)})},i)})}function C(o,e,i){if(e!==void 0&&i!==void 0)return(0,r.jsx)(S,{dagId:e,runId:i});if(e!==void 0)return(0,r.jsx)(l,{dagId:e});let n=h(o);return n.view==="experiment"?(0,r.jsx)(z,{id:n.id},n.id):n.view==="compare"?(0,r.jsx)(E,{}):(0,r.jsx)(l,{})}var w=new Set;function s(o){if(w.has(o))return;w.add(o);let e=new CSSStyleSheet;e.replaceSync(o),document.adoptedStyleSheets.push(e)}var v=`/* Colours come from Airflow's theme, which has its light and dark values in custom properties. */
.ex-page {
  --ex-bg: var(--chakra-colors-bg);
  --ex-subtle: var(--chakra-colors-bg-subtle);
  --ex-panel: var(--chakra-colors-bg-panel);
  --ex-fg: var(--chakra-colors-fg);
  --ex-muted: var(--chakra-colors-fg-muted);
  --ex-border: var(--chakra-colors-border);
  --ex-good: var(--chakra-colors-success-fg);
  --ex-good-bg: var(--chakra-colors-success-subtle);
  --ex-bad: var(--chakra-colors-failed-fg);
  --ex-bad-bg: var(--chakra-colors-failed-subtle);
  --ex-doubt: var(--chakra-colors-warning-fg);
  --ex-doubt-bg: var(--chakra-colors-warning-subtle);
  --ex-work: var(--chakra-colors-active-fg);
  --ex-work-bg: var(--chakra-colors-active-subtle);
  --ex-accent: var(--chakra-colors-button-solid);
  --ex-accent-fg: var(--chakra-colors-button-contrast);
  --ex-link: var(--chakra-colors-fg-info);
  --ex-focus: var(--chakra-colors-blue-focus-ring, var(--chakra-colors-fg));
  container-type: inline-size;
  color: var(--ex-fg);
  font-size: 13px;
  line-height: 1.4;
  min-width: 0;
  padding: 4px;
}
.ex-page *, .ex-page *::before { box-sizing: border-box; }
.ex-page h1 { font-size: 20px; font-weight: 600; margin: 0; }
.ex-page h2 { font-size: 15px; font-weight: 600; margin: 0 0 8px; }
.ex-page h3 { font-size: 13px; font-weight: 600; margin: 0 0 4px; }
.ex-page p { margin: 0 0 8px; }
.ex-page a { color: var(--ex-link); text-decoration: none; }
.ex-page a:hover { text-decoration: underline; }
.ex-page p a, .ex-page dd a { text-decoration: underline; }
.ex-page :focus-visible { outline: 2px solid var(--ex-focus); outline-offset: 1px; border-radius: 3px; }
.ex-page code, .ex-page pre { font-family: var(--chakra-fonts-mono, ui-monospace, monospace); font-size: 12px; }
.ex-page b, .ex-page strong { font-weight: 600; }

.ex-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.ex-muted, .ex-none { color: var(--ex-muted); }
.ex-cut { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.ex-number { font-variant-numeric: tabular-nums; }
.ex-waiting { color: var(--ex-muted); padding: 24px 0; }
.ex-shape { display: inline-block; width: 1em; height: 1em; fill: currentColor; vertical-align: -0.125em; flex: none; }

/* What tells good from bad by colour tells it by shape and word as well. */
.ex-good { color: var(--ex-good); }
.ex-bad { color: var(--ex-bad); }
.ex-doubt { color: var(--ex-doubt); }
.ex-work { color: var(--ex-work); }
.ex-calm { color: var(--ex-muted); }

.ex-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 12px; margin-bottom: 8px; }
.ex-search { flex: 1 1 200px; max-width: 360px; margin-left: auto; }
.ex-page input[type="search"], .ex-page input[type="text"], .ex-page input[type="number"], .ex-page select, .ex-page textarea {
  background: var(--ex-bg); color: inherit; border: 1px solid var(--ex-border); border-radius: 4px; padding: 4px 8px; font: inherit; min-width: 0;
}
.ex-page input::placeholder { color: var(--ex-muted); opacity: 1; }
.ex-button {
  display: inline-flex; align-items: center; gap: 4px; max-width: 100%; cursor: pointer; white-space: nowrap;
  background: var(--ex-bg); color: var(--ex-fg); border: 1px solid var(--ex-border); border-radius: 4px; padding: 3px 10px; font: inherit;
}
.ex-button:hover { background: var(--ex-subtle); text-decoration: none; }
.ex-button:disabled { opacity: 0.6; cursor: default; }
.ex-page a.ex-button { color: var(--ex-fg); text-decoration: none; }
.ex-button.ex-chosen { border-color: var(--ex-link); color: var(--ex-link); }
.ex-page .ex-button.ex-primary { background: var(--ex-accent); border-color: var(--ex-accent); color: var(--ex-accent-fg); }
.ex-page .ex-button.ex-danger { border-color: var(--ex-bad); color: var(--ex-bad); }
.ex-link { background: none; border: 0; padding: 0; color: var(--ex-link); cursor: pointer; font: inherit; text-decoration: underline; }

.ex-facets { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 8px; align-items: center; }
.ex-dropdown { position: relative; max-width: 100%; }
.ex-dropdown > .ex-button { max-width: 260px; }
.ex-panel {
  position: absolute; z-index: 10; top: calc(100% + 4px); left: 0; min-width: 180px; max-width: 320px; max-height: 50vh; overflow: auto;
  background: var(--ex-panel); border: 1px solid var(--ex-border); border-radius: 6px; padding: 6px; box-shadow: 0 4px 16px rgb(0 0 0 / 18%);
}
.ex-choice { display: flex; gap: 8px; align-items: center; padding: 3px 6px; border-radius: 4px; cursor: pointer; }
.ex-choice:hover { background: var(--ex-subtle); }
.ex-choice span:nth-of-type(1) { flex: 1; overflow-wrap: anywhere; }

.ex-notice { display: flex; gap: 10px; border: 1px solid var(--ex-border); border-left: 4px solid currentColor; border-radius: 4px; padding: 8px 12px; margin-bottom: 8px; }
.ex-notice > .ex-shape { margin-top: 2px; width: 16px; height: 16px; }
.ex-notice > div { color: var(--ex-fg); min-width: 0; overflow-wrap: anywhere; }
.ex-notice strong { display: block; }
.ex-notice.ex-good { background: var(--ex-good-bg); }
.ex-notice.ex-bad { background: var(--ex-bad-bg); }
.ex-notice.ex-doubt { background: var(--ex-doubt-bg); }
.ex-notice.ex-calm { background: var(--ex-subtle); }
.ex-not-ranked { color: var(--ex-muted); max-width: 110ch; }
.ex-empty { max-width: 70ch; padding: 32px 0; }

.ex-table-box { overflow-x: auto; border: 1px solid var(--ex-border); border-radius: 6px; }
.ex-table { width: 100%; border-collapse: collapse; table-layout: fixed; }
.ex-table th, .ex-table td { text-align: left; padding: 5px 8px; vertical-align: top; font-weight: 400; }
.ex-table thead th { font-weight: 600; font-size: 12px; background: var(--ex-subtle); border-bottom: 1px solid var(--ex-border); vertical-align: bottom; }
.ex-table thead th:nth-child(1) { width: 32px; }
.ex-table thead th:nth-child(2) { width: 18%; }
.ex-table thead th:nth-child(3) { width: 9%; }
.ex-table thead th:nth-child(4), .ex-table thead th:nth-child(5) { width: 7%; }
.ex-table thead th:nth-child(6) { width: 19%; }
.ex-table thead th:nth-child(7) { width: 9%; }
.ex-table thead th:nth-child(8) { width: 160px; }
.ex-table thead th:nth-child(9) { width: 100px; }
.ex-table thead th:nth-child(10) { width: 100px; }
.ex-sort { background: none; border: 0; padding: 0; font: inherit; color: inherit; cursor: pointer; text-align: left; }
.ex-sort:hover { text-decoration: underline; }
.ex-group th { background: var(--ex-subtle); border-top: 1px solid var(--ex-border); padding: 4px 8px; }
.ex-group th > span:first-child { font-weight: 600; margin-right: 10px; }
.ex-row > * { border-top: 1px solid var(--ex-border); }
.ex-row:hover { background: var(--ex-subtle); }
.ex-row.ex-picked { background: var(--ex-work-bg); }
.ex-name a { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; font-weight: 600; }
.ex-name .ex-muted { font-size: 12px; }
.ex-state { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; font-weight: 500; }
.ex-progress { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; }
.ex-stages { display: inline-flex; gap: 2px; }
.ex-stages i { width: 8px; height: 8px; border: 1px solid currentColor; border-radius: 2px; }
.ex-stages i.ex-good, .ex-stages i.ex-bad { background: currentColor; }
.ex-stages i.ex-bad { height: 12px; margin-top: -2px; }
.ex-stages i.ex-work { background: linear-gradient(90deg, currentColor 50%, transparent 50%); }
.ex-at-work { color: var(--ex-muted); font-size: 12px; overflow-wrap: anywhere; }
.ex-tag { border: 1px solid var(--ex-border); border-radius: 3px; padding: 0 5px; font-size: 12px; color: var(--ex-muted); white-space: nowrap; }
.ex-cause { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; font-size: 12px; overflow-wrap: anywhere; }
.ex-chip { display: inline-flex; align-items: center; gap: 4px; border-radius: 10px; padding: 0 7px; font-size: 12px; }
.ex-chip.ex-good { background: var(--ex-good-bg); }
.ex-chip.ex-bad { background: var(--ex-bad-bg); }
.ex-chip.ex-doubt { background: var(--ex-doubt-bg); }
.ex-headline { display: flex; flex-direction: column; font-variant-numeric: tabular-nums; }
.ex-best { color: var(--ex-doubt); margin-right: 4px; }
.ex-lift { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-size: 12px; }
.ex-lift .ex-shape { width: 0.75em; height: 0.75em; vertical-align: 0; }
.ex-baseline { color: var(--ex-muted); }
.ex-spark polyline { fill: none; stroke: var(--ex-work); stroke-width: 1.5; }
.ex-spark circle { fill: var(--ex-work); }
.ex-pages { display: flex; gap: 16px; padding: 8px 4px; color: var(--ex-muted); }

@container (max-width: 900px) {
  .ex-table { min-width: 0; }
  .ex-table thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .ex-table, .ex-table tbody { display: block; }
  .ex-group { display: block; }
  .ex-group th { display: block; }
  .ex-row { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); position: relative; padding: 6px 4px 8px; border-top: 1px solid var(--ex-border); }
  .ex-row > * { border: 0; padding: 2px 6px; min-width: 0; }
  .ex-row > .ex-pick { position: absolute; right: 4px; top: 6px; }
  .ex-row > .ex-name { grid-column: 1 / -1; padding-right: 36px; }
  .ex-row > .ex-absent { display: none; }
  .ex-row > [data-label="State"] { grid-column: 1 / -1; }
  .ex-row > [data-label="Metric"] { grid-column: span 2; }
  .ex-row > [data-label]::before { content: attr(data-label); display: block; font-size: 11px; color: var(--ex-muted); }
  .ex-search { max-width: none; margin-left: 0; flex-basis: 100%; }
}
@media (prefers-reduced-motion: no-preference) {
  .ex-state.ex-work .ex-shape { animation: ex-turn 3s linear infinite; }
  @keyframes ex-turn { to { transform: rotate(360deg); } }
}
`;var k="";s(v);s(k);Object.assign(globalThis,{Experiments:p,Experiment:p,AirflowPlugin:p});
