// Every figure of one answer, opened by its numbers line and read only when asked for. Text nodes only.

class DetailsView {
  constructor(pane) {
    this.pane = pane;
    this.text = '';
    this.open = false;
    this.el = el('div', 'rp-details', { hidden: '', role: 'region', tabindex: 0 });
  }

  // `read` brings the figures; the block opens when they are here.
  set(open) {
    if (open === this.open) return;
    this.open = open;
    this.pane.meta.setAttribute('aria-expanded', String(open));
    if (open) { this.read(); return; }
    this.text = '';
    this.el.hidden = true;
    this.el.replaceChildren();
    this.pane.settle();
  }

  async read() {
    const text = await this.pane.fetchText('details');
    if (!this.open) return;
    if (text === null) { if (!this.text) this.set(false); return; }
    if (text === this.text) return;
    this.text = text;
    const table = el('table', '', { 'aria-label': 'Figures of ' + this.pane.name.toLowerCase() });
    for (const group of JSON.parse(text).groups) table.append(this.group(group));
    this.el.replaceChildren(table);
    if (!this.el.hidden) return;
    this.el.hidden = false;
    this.pane.settle();
  }

  group({ title, rows }) {
    const head = el('th', '', { scope: 'rowgroup', colspan: 3 }, title);
    const body = el('tbody', '', {}, el('tr', 'rp-d-group', {}, head));
    for (const row of rows) {
      const cells = [el('th', '', { scope: 'row' }), el('td', 'rp-d-value'), el('td', 'rp-d-source')];
      [row.name, row.value, row.source].forEach((text, k) => putText(cells[k], text));
      body.append(el('tr', '', {}, ...cells));
    }
    return body;
  }
}
