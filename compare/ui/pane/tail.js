// The unfinished block, drawn line by line while it grows: a light look only, until the server's HTML takes its place.
// Text nodes and our own elements, nothing of the text is read as HTML; only the last line is ever drawn again.

const LONG_LINE = 4000;
const RULE = /^[\s|:-]*-[\s|:-]*$/;
const LIGHT = /`([^`]+)(?:`|$)|(?<!\w(?=\*\*\d))\*\*(?=\S)([^*]+?)(?:\*\*|$)|(?<![\w*])\*(?=[^\s*])([^*]+?)\*(?![\w*])/g;

const putLight = (node, text) => {
  let from = 0;
  if (text.length < LONG_LINE) {
    for (const match of text.matchAll(LIGHT)) {
      putText(node, text.slice(from, match.index));
      const inner = el(match[1] !== undefined ? 'code' : match[2] !== undefined ? 'strong' : 'em');
      putText(inner, match[1] ?? match[2] ?? match[3]);
      node.append(inner);
      from = match.index + match[0].length;
    }
  }
  putText(node, text.slice(from));
};

class Tail {
  constructor() { this.el = el('div', 'rp-tail rp-b', { dir: 'auto' }); this.set(''); }

  set(text) {
    this.el.replaceChildren();
    this.line = '';
    this.node = this.fence = this.table = this.header = null;
    this.append(text);
  }

  append(text) {
    const lines = text.split('\n');
    this.line += lines[0];
    for (const next of lines.slice(1)) { this.draw(true); this.line = next; this.node = null; }
    this.draw(false);
  }

  draw(whole) {
    const line = this.line.endsWith('\r') ? this.line.slice(0, -1) : this.line;
    if (this.fence) return this.drawCode(line, whole);
    const fence = /^ {0,3}(`{3,}|~{3,})([^`]*)$/.exec(line);
    if (fence && whole) return this.openFence(fence);
    const row = /^ {0,3}\|/.test(line);
    if (row && this.table) return this.drawRow(line);
    if (row && whole && this.header && RULE.test(line)) return this.openTable();
    this.table = null;
    this.header = row && whole ? line : null;  // a table only once the line below says so; else its bars are text
    if (!line.trim()) { if (whole && this.el.firstChild) this.el.append(el('div', 'rp-gap')); return; }
    this.drawLine(line);
  }

  openFence(fence) {
    this.node?.remove();
    const code = el('code'), box = el('div', 'rp-code');
    if (fence[2].trim()) box.append(el('span', 'rp-lang', {}, fence[2].trim()));
    box.append(el('pre', '', {}, code));
    this.el.append(box);
    this.fence = { code, mark: fence[1] };
  }

  drawCode(line, whole) {
    const bare = line.trim();
    if (whole && bare.length >= this.fence.mark.length && bare === this.fence.mark[0].repeat(bare.length)) {
      this.node?.remove();
      this.fence = null;
      return;
    }
    if (!this.node) { this.node = el('span'); this.fence.code.append(this.node); }
    this.node.replaceChildren();
    putText(this.node, line);
    if (whole) { this.node.replaceWith(...this.node.childNodes, '\n'); this.fence.code.normalize(); }
  }

  openTable() {
    this.node?.remove();
    this.el.lastChild.remove();
    this.table = el('table');
    this.el.append(el('div', 'rp-tbl', {}, this.table));
    this.node = null;
    this.drawRow(this.header);
    this.header = this.node = null;
  }

  drawRow(line) {
    if (!this.node) { this.node = el('tr'); this.table.append(this.node); }
    const cells = line.trim().replace(/^\|/, '').replace(/\|$/, '').split(/(?<!\\)\|/);
    const tag = this.table.firstChild === this.node ? 'th' : 'td';
    this.node.replaceChildren();
    for (const text of cells) {
      const cell = el(tag);
      putLight(cell, text.trim());
      keepWhole(cell);
      this.node.append(cell);
    }
  }

  drawLine(line) {
    if (!this.node) { this.node = el('div'); this.el.append(this.node); }
    const [, indent, mark, text] = /^(\s*)(#{1,6}(?=\s)|[-*+](?=\s)|\d{1,9}[.)](?=\s)|>)?(.*)$/s.exec(line);
    const kind = !mark ? '' : mark[0] === '#' ? ' rp-l-head' : mark === '>' ? ' rp-l-quote' : ' rp-l-item';
    this.node.className = 'rp-l' + kind;
    this.node.style.setProperty('--in', Math.min(6, Math.floor(indent.replace(/\t/g, '    ').length / 2)));
    this.node.replaceChildren();
    let holder = this.node;
    if (kind.endsWith('item')) {
      holder = el('span');
      this.node.append(el('span', 'rp-dot', {}, /\d/.test(mark) ? mark : '\u2022'), holder);
    }
    putLight(holder, mark ? text.trimStart() : indent + text);
  }
}
