// Whole threads side by side, or answers whose threads have parted: one row for each turn. Turns that all share are a
// line that opens.

const WORDS_IN_LINE = 160;

const inWords = m => fragment(m.blocks.map(([, html]) => html).join(' ')).textContent.trim().slice(0, WORDS_IN_LINE);

class Rows {
  constructor(view, data) {
    Object.assign(this, { view, whole: data.study.whole, cells: new Map(), failures: [], at: null });
    this.texts = data.sides.map(() => []);
    this.count = el('span', 'rp-count');
    this.jumpTo = el('select', 'rp-jump rp-t-jump', { 'aria-label': 'Go to turn', title: 'Go to turn (g)' });
    this.jumpTo.addEventListener('change', () => { this.turnTo(+this.jumpTo.value); this.jumpTo.value = ''; });
    this.panes = data.sides.map(given => ({ letter: el('span', 'rp-letter', {}, given.name), text: el('div') }));
    this.lists = data.sides.map((_, k) => new MarkList(view, k));
    this.heads = el('div', 'rp-t-heads rp-t-columns', {}, ...data.sides.map((given, k) => this.head(given, k)));
    this.rows = data.rows.map(row => (row.shared ? this.shared(row) : this.row(row, data.sides)));
    this.list = el('div', 'rp-t-list', {}, ...this.rows);
    this.body = el('div', 'rp-body rp-t-body', { tabindex: 0, role: 'group', 'aria-label': 'Threads, turn by turn' },
      el('div', 'rp-t-all', {}, this.heads, this.list));
    const feet = el('div', 'wb-feet rp-t-columns', {}, ...this.lists.map(list => list.el));
    this.el = el('section', 'rp-t wb-rows', { 'aria-label': 'Threads side by side' }, this.body, feet);
    view.root.style.setProperty('--rp-n', data.sides.length);
    view.root.classList.remove('rp-rows');
    const names = data.rows.map(row => el('option', '', { value: row.turn }, row.turn ? 'Turn ' + row.turn : 'Before'));
    this.jumpTo.replaceChildren(el('option', '', { value: '' }, 'Go to turn'), ...names);
    this.thread = this.forFind(data);
  }

  head(given, k) {
    const head = el('div', 'rp-t-head', {}, this.panes[k].letter, el('span', 'rp-label', {}, given.label),
      el('span', 'rp-count rp-nums', {}, given.figures), el('span', 'rp-space'), this.lists[k].head);
    head.addEventListener('pointerdown', () => this.view.setActive(k));
    return head;
  }

  row(row, sides) {
    const number = el('div', 'rp-t-no', {}, el('span', '', {}, el('b', '', {}, 'Turn ' + row.turn)));
    const asked = row.asked.map((messages, k) => el('div', '', {}, ...messages.map(m => this.message(m, row.asked.length > 1 ? k : null))));
    const said = row.said.map((messages, k) => this.cell(row.turn, messages, k, sides[k]));
    const columns = asked.length > 1 ? ' rp-t-columns' : '';
    const node = el('section', 'rp-t-row', { 'data-turn': row.turn, 'aria-label': 'Turn ' + row.turn }, number,
      el('div', 'rp-t-asked' + columns, {}, ...asked), el('div', 'rp-t-columns', {}, ...said));
    node.addEventListener('pointerdown', () => this.setAt(row.turn));
    return node;
  }

  cell(turn, messages, k, side) {
    const node = el('div', 'rp-t-cell', { role: 'group', 'aria-label': 'Answer ' + side.name, 'data-side': k });
    if (this.whole && messages.length) {
      node.append(this.failButton('First failure', k, turn, node));
    }
    if (!messages.length) node.append(el('p', 'rp-t-note', {}, 'This thread has ended.'));
    node.append(...messages.map(m => this.message(m, k)));
    node.addEventListener('pointerdown', () => this.view.setActive(k));
    return node;
  }

  failButton(label, k, turn, node = null) {
    const fails = button('rp-btn wb-fails', label, { 'aria-pressed': 'false',
      title: 'This is the first turn that failed (f)' }, () => this.view.setFailed(k, turn));
    this.failures.push({ k, turn, fails, node });
    return fails;
  }

  // A message that can be pointed at, and marked where a model said it.
  message(m, k) {
    const who = el('div', 'rp-who', {}, el('b', '', {}, String(m.n)), ' ' + m.role);
    const isMarkable = k !== null && m.role === 'assistant';
    const words = new Words(k ?? 0, m);
    if (isMarkable) this.texts[k].push(words);
    const node = el('div', 'wb-m', { 'data-role': m.role, 'data-n': m.n }, who, words.el);
    for (const side of k === null ? this.texts.keys() : [k]) this.cells.set(`${side} ${m.n}`, node);
    node.addEventListener('click', () => { if (getSelection().isCollapsed) this.view.pointAt(k, m.n); });
    return node;
  }

  shared(row) {
    const messages = [...row.asked[0], ...row.said[0]];
    const line = el('summary', 'rp-t-line', {}, el('b', '', {}, row.turn ? 'Turn ' + row.turn : 'Before'),
      ...messages.slice(0, 2).map(m => el('span', '', { dir: 'auto' }, inWords(m))));
    const fails = this.whole && row.turn ? [el('div', 'wb-line wb-both', {}, ...this.panes.map((pane, k) =>
      this.failButton(`First failure of ${pane.letter.textContent}`, k, row.turn)))] : [];
    return el('details', 'rp-t-shared', { 'data-turn': row.turn }, line, ...messages.map(m => this.message(m, null)), ...fails);
  }

  // --- what the element asks of either way of showing

  get words() { return this.texts.flat(); }

  markLists() { return this.lists; }

  // The side's reply at the turn in hand, else its last one.
  wordsAt(side) {
    const row = this.at === null ? null : this.rowAt(this.at);
    const here = row && this.texts[side].filter(words => row.contains(words.el));
    return (here?.length ? here : this.texts[side]).at(-1);
  }

  column(side) { return this.heads.children[side]; }

  setActive(side) { [...this.heads.children].forEach((head, k) => head.classList.toggle('wb-active', k === side)); }

  light(side, n) {
    for (const lit of this.list.querySelectorAll('.rp-lit')) lit.classList.remove('rp-lit');
    if (n) this.cells.get(`${side} ${n}`)?.classList.add('rp-lit');
  }

  show(side, n) {
    const node = this.cells.get(`${side} ${n}`);
    if (!node) return;
    this.open(node);
    this.toTop(node);
    found(node);
  }

  open(node) { const shared = node.closest('details'); if (shared) shared.open = true; }

  toTop(node) {
    this.body.scrollTop += node.getBoundingClientRect().top - this.body.getBoundingClientRect().top
      - this.heads.offsetHeight - 40;
  }

  jump() { this.jumpTo.focus(); }

  rowAt(turn) { return this.list.querySelector(`[data-turn="${turn}"]`); }

  setAt(turn) {
    this.at = turn;
    for (const row of this.rows) row.classList.toggle('wb-at', +row.dataset.turn === turn);
  }

  turnTo(turn) {
    const row = this.rowAt(turn);
    if (!row) return;
    if (row.tagName === 'DETAILS') row.open = true;
    this.setAt(turn);
    this.toTop(row);
  }

  go(step) {
    const turns = this.rows.map(row => +row.dataset.turn), k = turns.indexOf(this.at);
    const next = k < 0 ? (this.rows.find(row => row.tagName !== 'DETAILS') ?? this.rows[0]).dataset.turn
      : turns[Math.max(0, Math.min(turns.length - 1, k + step))];
    this.turnTo(+next);
  }

  drawFailed(failed) {
    for (const { k, turn, fails, node } of this.failures) {
      fails.setAttribute('aria-pressed', String(failed[k] === turn));
      node?.classList.toggle('wb-failed', failed[k] === turn);
    }
  }

  // find.js looks through a thread of messages: here these are all texts of all sides.
  forFind(data) {
    const nodes = [...new Set(this.cells.values())];
    const head = el('div', 'wb-find', {}, this.jumpTo);
    return {
      head, list: this.body, open: true, setOpen() {}, messages: nodes.map((node, k) => ({ n: k, html: node.innerHTML })),
      find: k => nodes[k], isFolded: k => nodes[k].closest('details')?.open === false,
      unfold: () => { for (const row of this.rows) if (row.tagName === 'DETAILS') row.open = true; },
      reveal: range => { if (range) this.toTop(range.startContainer.parentElement); },
      sides: data.sides.length,
    };
  }

  settle() {}
}
