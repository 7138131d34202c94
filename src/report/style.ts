/** Light and dark by what the reader's system says; on paper black on white, nothing cut. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1d2329;--soft:#5b6670;--paper:#fff;--line:#d5dbe1;--panel:#f5f7f9;--good:#156f3b;--bad:#b3261e;--warn:#8a5300;--add:#e3f4e8;--del:#fbe6e4}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#9aa6b2;--paper:#14181c;--line:#343c45;--panel:#1c2228;--good:#6fcf93;--bad:#ff8a80;--warn:#f0b860;--add:#153322;--del:#3d1c1a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.2;margin:.25rem 0 .5rem}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:0 0 .5rem}
small,time{color:var(--soft)}
small{font-weight:400}
time{font-variant-numeric:tabular-nums;white-space:nowrap}
header{border-left:.4rem solid var(--soft);padding-left:1.25rem}
header.succeeded{border-color:var(--good)}header.failed,header.aborted{border-color:var(--bad)}
.outcome{margin:0;font-weight:700;letter-spacing:.02em}
.succeeded .outcome,.good{color:var(--good)}.failed .outcome,.aborted .outcome,.bad{color:var(--bad)}.warn{color:var(--warn)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.75rem 0}
dt{color:var(--soft)}dd{margin:0}
dl.found{grid-template-columns:1fr;gap:0}dl.found dt{color:var(--ink);font-weight:600;margin-top:.75rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}
tr.good td:nth-child(3){color:var(--good)}tr.bad td:nth-child(3){color:var(--bad)}tr.warn td:nth-child(3){color:var(--warn)}
article{border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.25rem;margin:0 0 1rem;background:var(--panel)}
article ul{margin:.5rem 0 0;padding-left:1.25rem}article p{margin:.25rem 0}
.standing{border:1px solid currentColor;border-radius:1rem;padding:.05rem .6rem;font-size:.8rem;font-weight:600;margin:0 .35rem}
pre{white-space:pre-wrap;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--paper);border:1px solid var(--line);border-radius:.35rem;padding:.6rem .8rem;margin:.5rem 0}
pre.diff span{display:inline-block;width:100%}pre .added{background:var(--add)}pre .removed{background:var(--del)}pre i{color:var(--soft)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
blockquote{margin:.5rem 0 0;padding:.25rem 0 .25rem 1rem;border-left:3px solid var(--line)}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--line:#bbb;--panel:#fff;--good:#0b5c2e;--bad:#a11;--warn:#6b4300;--add:#eef8f0;--del:#fbeeee}body{max-width:none;padding:0;font-size:11pt}article,tr{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}}
`.trim();
