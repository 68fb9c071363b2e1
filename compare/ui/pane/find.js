// Find in thread: case and accents do not count, the folded middle opens where it holds a hit, answers are counted too.

const foldText = text => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replace(/\u03c2/g, '\u03c3')
  .replace(/\s/g, ' ');

// Every place of `wanted` (folded) in what an element shows.
const hitsIn = (element, wanted) => {
  const nodes = [], starts = [], ends = [], ranges = [];
  let folded = '';
  for (const node of textNodes(element)) {
    let offset = 0;
    for (const c of node.data) {
      const letters = foldText(c);
      folded += letters;
      for (let k = 0; k < letters.length; k++) { nodes.push(node); starts.push(offset); ends.push(offset + c.length); }
      offset += c.length;
    }
  }
  for (let k = folded.indexOf(wanted); k >= 0; k = folded.indexOf(wanted, k + wanted.length)) {
    const last = k + wanted.length - 1, range = document.createRange();
    range.setStart(nodes[k], starts[k]);
    range.setEnd(nodes[last], ends[last]);
    ranges.push(range);
  }
  return ranges;
};

class Find {
  constructor(view) {
    Object.assign(this, { view, hits: [], current: 0, texts: null });
    this.input = el('input', 'rp-query', { type: 'search', placeholder: 'Find in thread', 'aria-label': 'Find in thread',
      title: 'Find in thread (/)', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search' });
    this.count = el('span', 'rp-hits', { role: 'status' });
    this.back = button('rp-btn', '\u2191', { 'aria-label': 'Previous hit', title: 'Shift+Enter' }, () => this.go(-1));
    this.next = button('rp-btn', '\u2193', { 'aria-label': 'Next hit', title: 'Enter' }, () => this.go(1));
    this.inAnswers = el('div', 'rp-elsewhere');
    this.el = el('div', 'rp-find', { role: 'search' }, this.input, this.count, this.back, this.next, this.inAnswers);
    view.thread.head.append(this.el);
    this.input.addEventListener('input', () => {
      cancelAnimationFrame(this.due);
      this.due = requestAnimationFrame(() => this.run(true));
    });
    this.input.addEventListener('keydown', e => this.key(e));
    this.draw('');
  }

  open() {
    const { thread, data } = this.view;
    if (!data.thread) return;
    if (!thread.open) thread.setOpen(true);
    this.input.focus();
    this.input.select();
  }

  // Nothing typed here reaches the page's own keys: a vote, or Stop.
  key(e) {
    e.stopPropagation();
    if (e.isComposing) return;
    if (e.key === 'Enter') this.go(e.shiftKey ? -1 : 1);
    else if (e.key === 'Escape') this.leave();
    else return;
    e.preventDefault();
  }

  leave() {
    this.input.value = '';
    this.run(false);
    this.view.thread.list.focus({ preventScroll: true });
  }

  // After the thread or the answers have changed.
  refresh() {
    this.texts = null;
    if (this.input.value.trim()) this.run(false);
  }

  run(jump) {
    const { thread, panes } = this.view, wanted = foldText(this.input.value.trim());
    const messages = thread.messages ?? [];
    this.texts ??= messages.map(m => foldText(fragment(m.html).textContent));
    const holding = wanted ? messages.filter((m, k) => this.texts[k].includes(wanted)) : [];
    if (holding.some(m => thread.isFolded(m.n))) thread.unfold();
    this.hits = holding.flatMap(m => hitsIn(thread.find(m.n).querySelector('.rp-b'), wanted));
    const answers = wanted ? panes.map(p => hitsIn(p.text, wanted)) : [];
    this.current = jump ? this.firstInView() : Math.min(this.current, Math.max(0, this.hits.length - 1));
    paint('rp-find', [...this.hits, ...answers.flat()]);
    const elsewhere = panes.map((p, i) => answers[i]?.length ? `${p.letter.textContent} ${answers[i].length}` : '');
    this.draw(wanted, elsewhere.filter(Boolean).join(', '));
    if (jump) this.reveal();
  }

  // Begins where the reader is, and from the beginning where nothing follows.
  firstInView() {
    const top = this.view.thread.list.getBoundingClientRect().top;
    return Math.max(0, this.hits.findIndex(range => range.getBoundingClientRect().top >= top));
  }

  go(step) {
    const n = this.hits.length;
    if (!n) return;
    this.current = (this.current + step + n) % n;
    this.draw(this.input.value, this.elsewhere);
    this.reveal();
  }

  reveal() { this.view.thread.reveal(this.hits[this.current]); }

  draw(wanted, elsewhere = '') {
    const n = this.hits.length;
    this.elsewhere = elsewhere;
    setText(this.count, !wanted ? '' : n ? `${this.current + 1} of ${n}` : 'no hit');
    setText(this.inAnswers, elsewhere && 'In answers: ' + elsewhere);
    this.inAnswers.hidden = !elsewhere;
    this.back.hidden = this.next.hidden = n < 2;
    paint('rp-find-at', n ? [this.hits[this.current]] : []);
  }

  close() {
    cancelAnimationFrame(this.due);
    for (const name of ['rp-find', 'rp-find-at']) paint(name, []);
  }
}
