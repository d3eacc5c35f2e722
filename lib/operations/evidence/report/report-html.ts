import type { Report } from "./report";
import { OUTCOMES, reportParts, titleOf, type ReportPart } from "./report-parts";

/** One file that needs nothing else: no script, no address, pictures inline; the policy in it forbids anything more. */
export function reportHtml(report: Report, fingerprint: string): string {
  const title = titleOf(report);
  const outcome = OUTCOMES[report.record.outcome];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    "<header>",
    `<p class="kind">Failover evidence</p>`,
    `<h1>${escape(title)}</h1>`,
    `<p class="outcome ${report.record.outcome}">${escape(outcome)}</p>`,
    "</header>",
    "<main>",
    ...reportParts(report).map((part) => partHtml(part, report)),
    "</main>",
    `<footer><p>Signed with Ed25519. Fingerprint of the vault's key: <code>${escape(fingerprint)}</code>. Check this file with <code>npx secondsite report verify FILE --key ${escape(fingerprint)}</code>; compare the fingerprint with the one that the vault's page shows.</p></footer>`,
    "</body>",
    "</html>",
  ].join("\n");
}

function partHtml(part: ReportPart, { screenshots }: Report): string {
  switch (part.kind) {
    case "heading":
      return `<h${part.level}>${escape(part.text)}</h${part.level}>`;
    case "text":
      return `<p class="said">${escape(part.text)}</p>`;
    case "facts":
      return `<dl>${part.rows.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join("")}</dl>`;
    case "table":
      return tableHtml(part);
    case "picture": {
      const picture = screenshots.find((one) => one.sha256 === part.sha256);
      const source = `data:image/png;base64,${picture?.base64 ?? ""}`;
      return `<figure><img alt="${escape(part.caption)}" src="${source}"><figcaption>${escape(part.caption)}<br><code>SHA-256 ${part.sha256}</code></figcaption></figure>`;
    }
  }
}

function tableHtml({ columns, widths, rows, whenEmpty }: Extract<ReportPart, { kind: "table" }>): string {
  if (rows.length === 0) return `<p class="none">${escape(whenEmpty)}</p>`;
  const head = columns.map(
    (name, index) => `<th scope="col" style="width:${widths[index] ?? 10}%">${escape(name)}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const STYLE = `
:root{color-scheme:light;--ink:#1c2530;--soft:#5a6675;--line:#d5dbe3;--tint:#f4f6f9}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2.5rem 1.5rem;background:#fff;color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
header{border-bottom:3px solid var(--ink);padding-bottom:1rem;margin-bottom:1.5rem}
.kind{margin:0;color:var(--soft);letter-spacing:.08em;text-transform:uppercase;font-size:.75rem}
h1{margin:.2rem 0 .6rem;font-size:1.75rem;line-height:1.2;overflow-wrap:anywhere}
h2{margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line);font-size:1.15rem}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
.outcome{display:inline-block;margin:0;padding:.15rem .7rem;border:1px solid currentColor;border-radius:2px;font-weight:600}
.Succeeded{color:#176b3a}.Failed{color:#a31621}.Cancelled,.InProgress{color:#7a5200}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:.6rem 1.5rem;margin:0 0 1rem}
dt{color:var(--soft);font-size:.8rem}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin-bottom:1rem}
table{width:100%;min-width:36rem;border-collapse:collapse;table-layout:fixed;font-size:.85rem}
th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:var(--tint);font-weight:600}
.none{color:var(--soft)}.said{white-space:pre-wrap}
figure{margin:0 0 1rem}img{display:block;max-width:100%;border:1px solid var(--line)}
figcaption{margin-top:.3rem;color:var(--soft);font-size:.8rem}
code{font-family:ui-monospace,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}
footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem}
@media print{@page{margin:16mm}body{max-width:none;padding:0;font-size:10pt}h2,h3{break-after:avoid}tr,figure,dl div{break-inside:avoid}.scroll{overflow:visible}table{min-width:0}}
`;
