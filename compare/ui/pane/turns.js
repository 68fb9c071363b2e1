// Turn by turn: what every candidate said at the same turn stands in one row, the newest answers in the last one. One
// scroll container; turns that all share are a line that opens.

const EXCERPT_CHARS = 200;

class Turns {
  constructor(view) {
    Object.assign(this, { view, on: false, rows: null, wanted: stored('rp-turns', false) });
    this.btn = button('rp-switch', 'Turns',
      { title: 'Turn by turn: what every candidate said at a turn, in one row (t)', hidden: '' }, () => this.set(!this.on));
    this.jump = el('select', 'rp-jump rp-t-jump', { 'aria-label': 'Go to turn', title: 'Go to turn (g)', hidden: '' });
    this.jump.addEventListener('change', () => this.goTo(+this.jump.value));
    this.heads = el('div', 'rp-t-heads rp-t-columns');
    this.list = el('div', 'rp-t-list');
    this.body = el('div', 'rp-body rp-t-body', { tabindex: 0, role: 'group', 'aria-label': 'Turns' },
      el('div', 'rp-t-all', {}, this.heads, this.list));
    view.root.classList.remove('rp-by-turn');            // of the run that stood here before
    this.el = el('section', 'rp-t', { 'aria-label': 'Turn by turn', hidden: '' }, this.body);
  }

  // Other panes stand there: one column and one newest cell for each.
  make() {
    this.cells = this.view.panes.map(() => new NewestCell());
    this.view.root.style.setProperty('--rp-n', this.view.panes.length);
    this.rows = null;
  }

  apply(s) {
    const more = s.panes.some(p => p.earlier);
    if (!s.hidden) this.btn.hidden = !more;
    this.may = more && !s.hidden;
    this.draw();
  }

  set(on) {
    store('rp-turns', this.wanted = on);
    this.draw();
  }

  async draw() {
    const on = Boolean(this.wanted && this.may), { view } = this;
    if (on && !this.rows) await (this.reading ??= this.read());
    if (on && this.rows) {
      this.heads.replaceChildren(...view.panes.map(head));
      for (const pane of view.panes) this.cells[pane.index].show(pane);
    }
    if (on !== this.on && !(on && !this.rows)) this.turnTo(on);
  }

  // What is not shown loses its place, so the panes' places are kept here.
  turnTo(on) {
    const { view } = this, panes = view.panes;
    if (on) {
      this.places = panes.map(pane => pane.body.scrollTop);
      for (const pane of panes) pane.versions.toNewest();
    }
    this.on = on;
    view.root.classList.toggle('rp-by-turn', on);
    this.btn.setAttribute('aria-pressed', String(on));
    this.el.hidden = this.jump.hidden = !on;
    view.marks.btn.hidden = on || !CAN_PAINT;            // it paints in the columns
    if (on) { this.put(this.list.lastChild); return; }
    panes.forEach((pane, k) => {
      if (!pane.follow) pane.body.scrollTop = this.places[k]; else if (LIVE.has(pane.state)) pane.toEnd(); else pane.toStart();
    });
  }

  async read() {
    const { view } = this;
    try {
      const answer = await fetch(view.data.url + '/turns', { signal: view.ac.signal });
      if (answer.ok) this.build(await answer.json()); else view.alert(await answer.text());
    } catch { if (!view.ac.signal.aborted) view.alert('The server cannot be reached. The turns were not read.'); }
    this.reading = null;
  }

  build(rows) {
    this.rows = rows;
    this.last = rows.at(-1).turn;
    this.list.replaceChildren(...rows.map(row => (row.shared ? sharedTurn(row) : this.row(row))));
    const named = rows.map(row => el('option', '', { value: row.turn }, row.turn ? 'Turn ' + row.turn : 'Before'));
    this.jump.replaceChildren(el('option', '', { value: -1 }, 'Go to turn'), ...named);
  }

  row(row) {
    const isLast = row.turn === this.last;
    const asked = [row.user].flat().map(html => el('div', 'rp-b', { dir: 'auto' }, fragment(html)));
    const cells = isLast ? this.cells.map(c => c.el) : row.cells.map(cell => {
      const note = cell.note ? [el('div', 'rp-who', {}, el('span', 'rp-note', {}, cell.note))] : [];
      return el('div', 'rp-t-cell', { role: 'group' }, ...note, el('div', 'rp-b', { dir: 'auto' }, fragment(cell.html)));
    });
    cells.forEach((cell, k) => cell.setAttribute('aria-label', this.view.panes[k].name));
    const words = el('span', '', {}, el('b', '', {}, 'Turn ' + row.turn), ` message ${row.message}`);
    if (asked.length === 1) words.append(editButton(row.message, n => this.view.edit(n)));
    const number = el('div', 'rp-t-no', {}, words);
    const columns = asked.length > 1 ? ' rp-t-columns' : '';
    return el('section', 'rp-t-row', { 'data-turn': row.turn, 'aria-label': 'Turn ' + row.turn }, number,
      el('div', 'rp-t-asked' + columns, {}, ...asked), el('div', 'rp-t-columns', {}, ...cells));
  }

  // --- what the run says

  news(pane) { if (this.on && this.rows) this.cells[pane.index].show(pane); }

  // --- what the reader does

  goTo(turn) {
    this.jump.value = -1;
    const row = this.list.querySelector(`[data-turn="${turn}"]`);
    if (!row) return;
    row.open = true;
    this.put(row);
    found(row);
  }

  put(row) { this.body.scrollTop = row.offsetTop - this.heads.offsetHeight; }

  key(key) {
    if (key !== 'j' && key !== 'k') return false;
    this.body.scrollTop += (key === 'j' ? 0.8 : -0.8) * this.body.clientHeight;
    return true;
  }
}

// The newest answer of one pane, block by block; of the unfinished one only that it is being written.
class NewestCell {
  constructor() {
    this.html = [];
    this.text = el('div');
    this.state = el('span', 'rp-state');
    this.note = el('p', 'rp-t-note');
    this.el = el('div', 'rp-t-cell', { role: 'group' }, this.text, this.note, this.state);
  }

  show(pane) {
    const same = this.html.findIndex((html, k) => html !== pane.html[k]);
    const kept = same < 0 ? this.html.length : same;
    [...this.text.children].slice(kept).forEach(block => block.remove());
    this.text.append(...pane.blocks.slice(kept).map(block => block.cloneNode(true)));
    this.html = [...pane.html];
    this.state.dataset.s = pane.chip.dataset.s;
    setText(this.state, pane.state === 'done' ? '' : pane.chip.textContent);
    setText(this.note, pane.strip.hidden ? '' : pane.note.textContent);
  }
}

const head = pane => el('div', 'rp-t-head', {}, ...[pane.letter, pane.label, pane.badge].map(node => node.cloneNode(true)));

// A turn that all have in common: one line, its messages when it is opened.
const sharedTurn = row => {
  const said = row.cells[0]?.html ?? '', note = row.cells[0]?.note;
  const words = html => fragment(html).textContent.trim().slice(0, EXCERPT_CHARS);
  const number = el('b', '', {}, row.turn ? 'Turn ' + row.turn : 'Before');
  const line = el('summary', 'rp-t-line', {}, number, el('span', '', { dir: 'auto' }, words(row.user)),
    el('span', '', { dir: 'auto' }, words(said)));
  const shared = el('details', 'rp-t-shared', { 'data-turn': row.turn }, line);
  shared.addEventListener('toggle', () => {
    if (shared.children.length > 1) return;
    const part = (role, html) => (html ? [el('div', 'rp-m', { 'data-role': role }, el('div', 'rp-who', {}, role),
      el('div', 'rp-b', { dir: 'auto' }, fragment(html)))] : []);
    shared.append(...part('user', row.user), ...part(note || 'assistant', said));
  });
  return shared;
};
