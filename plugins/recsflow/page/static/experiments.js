import{a as H,b as $,c as K,d as Y,e as G,f as R,g as Q,h as J,i as X,j as S,k as Z}from"./chunk-I7BWFVYU.js";import"./chunk-XYH6J2HK.js";import"./chunk-UHORUAGM.js";import{a as _}from"./chunk-7JZBJNYE.js";import{a as L,b as q,d as B,e as V}from"./chunk-WITPAKZ3.js";import{a as U,b as W}from"./chunk-3G3TQD2E.js";import{a as I}from"./chunk-TCZ6ZQWK.js";import{b as f,c as j}from"./chunk-SHD4D7I2.js";import{a as E}from"./chunk-ZZPYURFH.js";import{a as u,c as F}from"./chunk-LO5FAYPX.js";import{b as a,c as N,d as x}from"./chunk-ZAAQFFUO.js";var k=a(N(),1),se=a(L(),1);var ee=a(N(),1);var re=a(x(),1),P=class extends ee.Component{state={error:null};static getDerivedStateFromError(r){return{error:r instanceof Error?r:new Error(String(r))}}render(){return this.state.error===null?this.props.children:(0,re.jsxs)(u,{tone:"bad",title:"This page has a fault",children:[this.state.error.message," Load it again; if that does not help, the browser\u2019s console has the details."]})}};var y=a(N(),1),C=a(L(),1);var c=a(N(),1),b=a(x(),1);function te({label:e,chosen:r,children:o}){let[t,i]=(0,c.useState)(!1),w=(0,c.useRef)(null),m=(0,c.useRef)(null),h=(0,c.useId)();return(0,c.useEffect)(()=>{if(!t)return;let g=l=>{w.current?.contains(l.target)!==!0&&i(!1)};return document.addEventListener("pointerdown",g),document.addEventListener("focusin",g),()=>{document.removeEventListener("pointerdown",g),document.removeEventListener("focusin",g)}},[t]),(0,b.jsxs)("div",{className:"ex-dropdown",ref:w,onKeyDown:g=>{g.key!=="Escape"||!t||(i(!1),m.current?.focus())},children:[(0,b.jsxs)("button",{ref:m,type:"button",className:r?"ex-button ex-chosen":"ex-button","aria-expanded":t,"aria-controls":t?h:void 0,title:e,onClick:()=>i(!t),children:[(0,b.jsx)("span",{className:"ex-cut",children:e})," ",(0,b.jsx)("span",{"aria-hidden":"true",children:"\u25BE"})]}),t&&(0,b.jsx)("div",{id:h,className:"ex-panel",role:"group","aria-label":e,children:o})]})}var p=a(x(),1),oe={state:"State",dataset:"Dataset",features:"Features",model:"Model",verdict:"Verdict"};function ae({facets:e,address:r,onChange:o}){return(0,p.jsxs)("div",{className:"ex-facets",role:"group","aria-label":"Filters",children:[H.map(t=>(0,p.jsx)(me,{facet:t,values:e?.facets[t]??[],address:r,onChange:o},t)),$.filter(t=>r.has(t)).map(t=>(0,p.jsxs)("button",{type:"button",className:"ex-button",onClick:()=>o(R(r,t,null)),children:[t.replace("_id",""),": ",r.getAll(t).join(", ")," ",(0,p.jsx)("span",{"aria-hidden":"true",children:"\xD7"}),(0,p.jsx)("span",{className:"ex-hidden",children:" remove this filter"})]},t)),S(r)&&(0,p.jsx)("button",{type:"button",className:"ex-link",onClick:()=>o(Q(r)),children:"Clear filters"})]})}function me({facet:e,values:r,address:o,onChange:t}){let i=o.getAll(e),w=i.filter(l=>!r.some(A=>A.value===l)).map(l=>({value:l,count:0})),m=[...r,...w],h=l=>e==="state"?U(l).word:l,g=i.length===0?oe[e]:`${oe[e]}: ${i.map(h).join(", ")}`;return(0,p.jsxs)(te,{label:g,chosen:i.length>0,children:[m.length===0&&(0,p.jsx)("p",{className:"ex-muted",children:"Nothing to choose from"}),m.map(({value:l,count:A})=>(0,p.jsxs)("label",{className:"ex-choice",children:[(0,p.jsx)("input",{type:"checkbox",checked:i.includes(l),onChange:()=>t(G(o,e,l))}),(0,p.jsx)("span",{children:h(l)}),(0,p.jsx)("span",{className:"ex-muted",children:A})]},l))]})}var z=a(x(),1);function ie({index:e}){return e.state==="ready"?null:e.state==="failed"?(0,z.jsx)(u,{tone:"bad",title:"The list may be out of date",live:!0,children:e.error??"The index of experiments could not be read."}):(0,z.jsxs)(u,{tone:"calm",title:"The index is being built",live:!0,children:[f(e.read)," of ",f(e.cards)," experiments have been read; the others appear by themselves."]})}var M=a(L(),1);var d=a(x(),1);function ne({narrowed:e,index:r}){return e?(0,d.jsxs)("div",{className:"ex-empty",children:[(0,d.jsx)("h2",{children:"No experiment is like that"}),(0,d.jsxs)("p",{children:["The filters leave nothing over. ",(0,d.jsx)(M.Link,{to:q(),children:"Show all experiments"})]})]}):r.state==="building"?null:(0,d.jsxs)("div",{className:"ex-empty",children:[(0,d.jsx)("h2",{children:"No experiments yet"}),(0,d.jsxs)("p",{children:["Open ",(0,d.jsx)(M.Link,{to:"/dags/quick_test",children:"quick_test"})," and press ",(0,d.jsx)("b",{children:"Trigger"}),": the form\u2019s defaults train a small model on a sample of the rows and compare it with recommending what is popular. It appears here as soon as its first task has run."]}),(0,d.jsxs)("p",{children:["By the command line: ",(0,d.jsx)("code",{children:"airflow dags trigger quick_test"}),", or ",(0,d.jsx)("code",{children:"make run"})," on one machine."]})]})}var O=a(L(),1);var v=a(x(),1);function xe({list:e,address:r}){let o=Number(r.get("from")??0),t=o+e.experiments.length;return(0,v.jsxs)("nav",{className:"ex-pages","aria-label":"Pages of the list",children:[(0,v.jsxs)("span",{children:[f(o+1),"\u2013",f(t)," of ",f(e.total)]}),r.has("cursor")&&(0,v.jsx)(O.Link,{to:{search:X(r).toString()},children:"First page"}),e.next_cursor!==null&&(0,v.jsx)(O.Link,{to:{search:J(r,e.next_cursor,t).toString()},children:"Next page"})]})}var n=a(x(),1),de=5e3,he=2;function D({dagId:e}){let[r,o]=(0,C.useSearchParams)(),t=I(F(`experiments?${Y(r,e)}`),ue),i=le(t.body),w=le(I(F(`facets?${K(r,e)}`),()=>null).body),m=r.getAll("pick");return(0,n.jsxs)("section",{"aria-labelledby":"ex-title",children:[(0,n.jsxs)("header",{className:"ex-head",children:[(0,n.jsx)("h1",{id:"ex-title",children:"Experiments"}),(0,n.jsx)("span",{className:"ex-muted",role:"status",children:i!==null&&j(i.total,"experiment")}),(0,n.jsx)(be,{words:r.get("q")??"",onSearch:h=>o(R(r,"q",h))},r.get("q")??""),(0,n.jsx)(we,{ids:m})]}),t.error!==null&&(0,n.jsx)(u,{tone:"bad",live:!0,children:t.error.message}),i!==null&&(0,n.jsx)(ie,{index:i.index}),(0,n.jsx)(ae,{facets:w,address:r,onChange:o}),(0,n.jsx)("div",{"aria-busy":t.body===null,children:i===null?t.error===null&&(0,n.jsx)(E,{what:"experiments"}):i.experiments.length===0?(0,n.jsx)(ne,{narrowed:S(r),index:i.index}):(0,n.jsxs)(n.Fragment,{children:[(0,n.jsx)(Z,{rows:i.experiments,address:r,onChange:o}),(0,n.jsx)(xe,{list:i,address:r})]})})]})}function ue({experiments:e,index:r},o){return r.state==="building"||r.cards===0||e.some(W)?de:o<=he?de/2:null}function le(e){let[r,o]=(0,y.useState)(e);return e!==null&&e!==r&&o(e),e??r}var fe=250;function be({words:e,onSearch:r}){let[o,t]=(0,y.useState)(e);return(0,y.useEffect)(()=>{if(o===e)return;let i=setTimeout(()=>r(o),fe);return()=>clearTimeout(i)},[o,e]),(0,n.jsx)("input",{className:"ex-search",type:"search","aria-label":"Search experiments",placeholder:"Search name, config, person, error\u2026",value:o,onChange:i=>t(i.target.value)})}function we({ids:e}){return e.length===0?null:e.length===1?(0,n.jsx)("span",{className:"ex-muted",children:"Pick another one to compare"}):e.length>10?(0,n.jsxs)("span",{className:"ex-muted",children:["At most ",10," are compared; ",e.length," are picked"]}):(0,n.jsxs)(C.Link,{className:"ex-button ex-primary",to:B(e),children:["Compare ",e.length]})}var s=a(x(),1),ve=(0,k.lazy)(async()=>({default:(await import("./ExperimentView-7BGRW5DE.js")).ExperimentView})),ke=(0,k.lazy)(async()=>({default:(await import("./RunView-PTZICYJ7.js")).RunView})),ye=(0,k.lazy)(async()=>({default:(await import("./CompareView-IFYQH4DE.js")).CompareView}));function T({dagId:e,runId:r}){let{pathname:o}=(0,se.useLocation)();return(0,s.jsx)("div",{className:"ex-page",children:(0,s.jsx)(P,{children:(0,s.jsx)(k.Suspense,{fallback:(0,s.jsx)(E,{what:"the page"}),children:Ne(o,e,r)})},o)})}function Ne(e,r,o){if(r!==void 0&&o!==void 0)return(0,s.jsx)(ke,{dagId:r,runId:o});if(r!==void 0)return(0,s.jsx)(D,{dagId:r});let t=V(e);return t.view==="experiment"?(0,s.jsx)(ve,{id:t.id},t.id):t.view==="compare"?(0,s.jsx)(ye,{}):(0,s.jsx)(D,{})}var ce=`/* Colours come from Airflow's theme, which has its light and dark values in custom properties. */
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
  --ex-accent: var(--chakra-colors-brand-solid);
  --ex-accent-fg: var(--chakra-colors-brand-contrast);
  --ex-link: var(--chakra-colors-fg-info);
  --ex-focus: var(--chakra-colors-blue-focus-ring);
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
.ex-page code, .ex-page pre { font-family: var(--chakra-fonts-mono); font-size: 12px; }
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

/* Positioned, so that what is hidden in columns that are scrolled out widens no page. */
.ex-table-box { position: relative; overflow-x: auto; border: 1px solid var(--ex-border); border-radius: 6px; }
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
  .ex-table .ex-group, .ex-table .ex-group th { display: block; }
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
`;var ge=`.ex-page { --ex-code-word: var(--chakra-colors-purple-fg); --ex-code-text: var(--ex-good); --ex-code-number: var(--ex-doubt); }
.ex-crumbs { margin-bottom: 4px; overflow-wrap: anywhere; }
.ex-title { overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.ex-actions { display: flex; flex-wrap: wrap; gap: 8px; margin-left: auto; }
.ex-meta { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; margin-bottom: 10px; overflow-wrap: anywhere; }
.ex-page .ex-section { margin: 14px 0 6px; }
.ex-page section { margin-bottom: 18px; }
.ex-page ul { margin: 4px 0 4px 18px; padding: 0; list-style: disc; }
.ex-page summary { cursor: pointer; margin: 4px 0; }
.ex-log, .ex-code { background: var(--ex-subtle); border: 1px solid var(--ex-border); border-radius: 4px; padding: 8px 10px; overflow: auto; max-height: 60vh; color: var(--ex-fg); white-space: pre; line-height: 1.45; margin: 0; }
.ex-log { max-height: 320px; white-space: pre-wrap; overflow-wrap: anywhere; }
.ex-copy { display: inline-flex; gap: 8px; align-items: baseline; margin-left: auto; }

.ex-tabs { display: flex; gap: 2px; border-bottom: 1px solid var(--ex-border); margin: 4px 0 12px; overflow-x: auto; }
.ex-tabs button { background: none; border: 0; border-bottom: 2px solid transparent; padding: 6px 12px; font: inherit; color: var(--ex-muted); cursor: pointer; white-space: nowrap; }
.ex-tabs button[aria-selected="true"] { color: var(--ex-fg); font-weight: 600; border-bottom-color: var(--ex-link); }

.ex-grid { border-collapse: collapse; width: 100%; }
.ex-grid th, .ex-grid td { text-align: left; padding: 3px 10px; vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
.ex-grid thead th { font-weight: 600; font-size: 12px; background: var(--ex-subtle); overflow-wrap: normal; }
.ex-grid tbody tr { border-top: 1px solid var(--ex-border); }
.ex-grid .ex-right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.ex-grid .ex-tag { margin-left: 8px; }
.ex-judged { background: var(--ex-work-bg); }
.ex-judged th { font-weight: 600; }
.ex-parameters { table-layout: fixed; }
.ex-value { font-family: var(--chakra-fonts-mono); font-size: 12px; }
.ex-comparison th[scope="col"] { min-width: 130px; max-width: 260px; vertical-align: top; }
.ex-comparison th[scope="row"] { position: sticky; left: 0; background: var(--ex-bg); min-width: 110px; max-width: 220px; }
.ex-comparison .ex-group th { position: static; font-weight: 600; background: var(--ex-subtle); max-width: none; }
.ex-comparison tr.ex-group { display: table-row; }
.ex-differs td { font-weight: 600; }
.ex-best-value { font-weight: 600; }

.ex-charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr)); gap: 12px; }
.ex-chart { margin: 0; min-width: 0; max-width: 820px; border: 1px solid var(--ex-border); border-radius: 6px; padding: 8px; }
.ex-chart figcaption { font-weight: 600; margin-bottom: 4px; }
.ex-chart .u-legend { font-size: 12px; text-align: left; }
.ex-chart .u-legend .u-series > * { padding: 1px 6px 1px 0; }
.ex-ridges { width: 100%; max-width: 560px; height: auto; }
.ex-ridges path { fill: var(--ex-work-bg); stroke: var(--ex-work); stroke-width: 1; }
.ex-ridges text { fill: var(--ex-muted); font-size: 10px; }

.ex-graph { overflow: auto; border: 1px solid var(--ex-border); border-radius: 6px; padding: 8px; margin-bottom: 8px; }
.ex-graph > svg { display: block; }
/* Where there is room for nearly all of it, all of it is shown; on a phone one scrolls. */
@container (min-width: 900px) { .ex-graph > svg { max-width: 100%; height: auto; } }
.ex-edge { fill: none; stroke: var(--ex-muted); stroke-width: 1.2; }
.ex-graph marker path { fill: var(--ex-muted); }
.ex-node rect { fill: var(--ex-bg); stroke: currentColor; stroke-width: 1.5; }
.ex-node.ex-bad rect { fill: var(--ex-bad-bg); stroke-width: 2.5; }
.ex-node.ex-work rect { fill: var(--ex-work-bg); stroke-dasharray: 5 3; }
.ex-node-text { padding: 5px 8px; font-size: 12px; line-height: 1.45; }
.ex-node-text b { color: var(--ex-fg); }
.ex-artifact rect { fill: var(--ex-subtle); stroke: var(--ex-border); }
.ex-artifact text { fill: var(--ex-muted); font-size: 11px; }
.ex-tasks { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 0; }

.ex-files { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 8px; }
.ex-report { width: 100%; height: 70vh; border: 1px solid var(--ex-border); border-radius: 6px; background: #fff; }
.ex-code .hljs-keyword, .ex-code .hljs-built_in, .ex-code .hljs-type { color: var(--ex-code-word); }
.ex-code .hljs-string { color: var(--ex-code-text); }
.ex-code .hljs-number, .ex-code .hljs-literal { color: var(--ex-code-number); }
.ex-code .hljs-comment { color: var(--ex-muted); font-style: italic; }
.ex-code .hljs-attr, .ex-code .hljs-title { color: var(--ex-link); }

.ex-dialog { background: var(--ex-panel); color: var(--ex-fg); border: 1px solid var(--ex-border); border-radius: 8px; padding: 16px 20px; width: min(680px, calc(100vw - 24px)); max-height: calc(100vh - 48px); margin: auto; overflow: auto; }
.ex-dialog:focus-visible { outline: none; }
.ex-dialog::backdrop { background: rgb(0 0 0 / 45%); }
.ex-dialog .ex-actions { justify-content: flex-end; margin-top: 12px; }
.ex-form { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 10px; margin: 8px 0 12px; max-height: 46vh; overflow: auto; padding: 2px; }
.ex-field { display: flex; flex-direction: column; gap: 2px; min-width: 0; }
.ex-field label { font-weight: 600; }
`;_(ce);_(ge);Object.assign(globalThis,{Experiments:T,Experiment:T,AirflowPlugin:T});
