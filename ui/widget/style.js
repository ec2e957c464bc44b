/** The look. Colours stand on .box, out of the page's reach: it sets the accent, but cannot hide the notice. */
export const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
.box {
	--paper:#faf5eb; --card:#fffdf8; --line:#e3d9c6; --ink:#2b261f; --soft:#6a604f; --teal:#1d5b55; --deep:#fffdf8; --warn:#9c3a22;
	--accent:var(--xiaoer-accent,var(--teal)); --on:var(--xiaoer-on-accent,var(--deep)); --edge:1px solid var(--line);
	all:initial; color:var(--ink); font:15px/1.6 system-ui,sans-serif;
}
@media (prefers-color-scheme:dark) {
	.box { --paper:#1c1916; --card:#27231e; --line:#40392f; --ink:#f0e8da; --soft:#b9ad99; --teal:#8accc0; --deep:#10211f; --warn:#f2967c }
}
* { box-sizing:border-box; margin:0; padding:0 }
[hidden], p:empty, span:empty, small:empty, [data-intent]:not([data-state=open],[data-state=taken]) .bar { display:none !important }
button, input, textarea { font:inherit; color:inherit; background:var(--card); border:var(--edge); border-radius:10px; padding:4px 12px }
button { cursor:pointer }
button:hover { border-color:var(--accent) }
:disabled { opacity:.6 }
:focus-visible { outline:2px solid var(--accent); outline-offset:2px }
svg { width:18px; height:18px; vertical-align:middle; fill:none; stroke:currentColor; stroke-width:1.7; stroke-linecap:round; flex:none }
h2, h3 { font:600 18px/1.4 Georgia,"Songti SC","Noto Serif CJK SC",serif }
h3 { font-size:21px }
small, .by, #notice, .alert, .system, .thumbs, header button { font-size:13px }
small, .by, #notice, .system, .draft, dt { color:var(--soft) }
small { display:block }
.main { background:var(--accent); color:var(--on) }
.launcher, dialog { position:fixed; inset:auto 24px calc(24px + env(safe-area-inset-bottom)) auto; z-index:9999; box-shadow:0 8px 40px #2b261f40 }
.launcher { padding:12px 20px; border-radius:99px }
.badge { background:var(--warn); color:var(--card); border-radius:99px; padding:0 8px }
dialog { width:400px; height:min(680px,100dvh - 48px); overflow:hidden; border:var(--edge); border-radius:18px; background:var(--paper); color:inherit }
dialog[open] { display:flex; flex-direction:column }
dialog > * { padding:8px 16px }
.launcher, header, form, .row, .bar, .thumbs, .quick, .products, header button { display:flex; gap:8px; align-items:center }
header { padding-block:12px; border-bottom:var(--edge); background:var(--card) }
header div { flex:1; overflow:hidden; white-space:nowrap }
header button { gap:4px; padding:5px 8px; min-height:34px }
.alert { background:var(--warn); color:var(--card) }
.scroller { flex:1; min-height:60px; overflow-y:auto; overscroll-behavior:contain; padding-block:16px; position:relative }
article { display:grid; gap:8px; margin-top:18px; justify-items:start }
article > * { max-width:100% }
.by > * + *::before { content:" · " }
.text { white-space:pre-wrap; overflow-wrap:anywhere }
[lang]+.text { font-size:.85em }
.customer { justify-items:end }
.customer .text { background:var(--accent); color:var(--on); padding:8px 14px; border-radius:16px 16px 4px; max-width:86% }
.system { justify-items:center }
.draft { margin-top:18px }
.card { width:100%; background:var(--card); border:var(--edge); border-radius:14px; padding:12px }
.row { justify-content:space-between; align-items:baseline }
ul, ol { list-style:none }
.card ul, dl, details { border-top:var(--edge); margin-block:8px; padding-top:8px }
.state { font-size:13px; padding:1px 10px; border-radius:99px; border:1px solid }
ol { border-left:2px solid var(--line); margin:6px }
ol li { position:relative; padding:2px 14px }
ol li::before { content:""; position:absolute; left:-6px; top:10px; border:5px solid var(--line); border-radius:9px }
ol li:first-child::before { border-color:var(--accent) }
.products { align-items:stretch; overflow-x:auto }
.products li { flex:0 0 170px; display:flex; flex-direction:column }
.photo { max-width:min(240px,86%); max-height:240px; border-radius:14px }
img { height:120px; object-fit:cover; border-radius:8px; margin-bottom:8px }
a { color:inherit; font-weight:600 }
.state, .price, .quick button { color:var(--accent) }
dt { white-space:nowrap }
dd { text-align:end; overflow-wrap:anywhere }
.bar button { flex:1; padding:8px }
.quick, .thumbs { flex-wrap:wrap }
.quick button { border-radius:99px }
.thumbs button { border:0; background:none; padding:8px; color:var(--soft) }
[value="-1"] svg { transform:scaleY(-1) }
[aria-pressed=true] svg { fill:var(--accent) }
.thumbs input { flex:1 0 100% }
#notice { border-top:var(--edge) }
dialog > form { padding:0 16px calc(14px + env(safe-area-inset-bottom)); position:relative }
textarea { flex:1; resize:none; padding:9px 14px; max-height:140px; font-size:16px; field-sizing:content }
::placeholder { color:var(--soft) }
form button { padding:12px }
.left { position:absolute; bottom:100%; right:16px; background:var(--paper) }
@media (max-width:480px) {
	dialog { inset:0; width:100%; max-width:none; height:100dvh; max-height:none; border-radius:0; padding-top:env(safe-area-inset-top) }
}
@media (prefers-reduced-motion:no-preference) {
	dialog[open], article { animation:rise .22s ease-out }
	@keyframes rise { from { opacity:0; transform:translateY(8px) } }
}
`);
