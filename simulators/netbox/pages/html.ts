/** A piece of HTML that is safe to show. */
export interface Html {
  readonly html: string;
}

/** Text with everything escaped that HTML would read as markup. */
export function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

export function link(href: string, text: string): Html {
  return { html: `<a href="${escape(href)}">${escape(text)}</a>` };
}

export function badge(text: string, color: string): Html {
  return { html: `<span class="badge ${color}">${escape(text)}</span>` };
}

/** Plain text, escaped; or markup that was made here. */
export function cell(content: Html | string): string {
  return typeof content === 'string' ? escape(content) : content.html;
}

const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; margin: 0; color: #1d2733; background: #f6f8fa }
  header { background: #00566b; color: #fff; padding: 12px 24px }
  header a { color: #fff; text-decoration: none; font-weight: 600 }
  header span { opacity: .75; margin-left: 10px }
  main { padding: 18px 24px; max-width: 1180px }
  h1 { font-size: 21px; margin: 4px 0 14px }
  table { border-collapse: collapse; background: #fff; width: 100%; box-shadow: 0 1px 2px #0002 }
  th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid #e3e8ee; vertical-align: top }
  th { background: #eef2f6; font-weight: 600; white-space: nowrap }
  a { color: #00697f }
  .badge { padding: 1px 8px; border-radius: 9px; background: #d7dee6; font-size: 13px; white-space: nowrap }
  .green { background: #c8efd4 } .red { background: #f8d0d0 } .yellow { background: #fbeab8 } .blue { background: #cfe4fb }
  .quiet { color: #68778a } nav { margin: 12px 0 }
`;

/** A whole page. */
export function page(title: string, version: string, body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)} | NetBox simulator</title><style>${STYLE}</style></head>
<body><header><a href="/">NetBox simulator</a><span>plays NetBox ${escape(version)}, read-only pages</span></header>
<main><h1>${escape(title)}</h1>${body}</main></body></html>`;
}

export function table(heads: readonly string[], rows: readonly (readonly (Html | string)[])[]): string {
  const head = heads.map(each => `<th>${escape(each)}</th>`).join('');
  const body = rows.map(row => `<tr>${row.map(each => `<td>${cell(each)}</td>`).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** What a proxy or NetBox itself shows instead of an API answer. */
export function errorPage(title: string): string {
  return `<!DOCTYPE html><html lang="en"><head><title>${escape(title)}</title></head><body><h1>${escape(title)}</h1></body></html>`;
}
