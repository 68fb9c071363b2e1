// What stands out in answers that have ended: what only one of them says, and what they quote of the thread. Painted
// over the text by the browser's highlights, never by changing it; without them the list of quoted messages remains.

class Marks {
  constructor(view) {
    Object.assign(this, { view, known: '', found: null, quoted: [], only: [] });
    this.on = stored('rp-only', false);
    const hint = 'Highlight what no other answer says: numbers, dates, codes, names and longer wordings';
    this.btn = button('rp-switch', 'Only here', { title: hint }, () => this.setOn(!this.on));
    this.btn.hidden = !CAN_PAINT;
    this.btn.setAttribute('aria-pressed', String(this.on));
    view.listen(view.root, 'pointermove', e => this.pointed(e), { passive: true });
    view.listen(view.root, 'pointerleave', () => this.point(null), { passive: true });
    view.listen(view.root, 'click', e => this.clicked(e));
  }

  // Asked for when a run has ended; the same answers are not asked for twice.
  async load() {
    const { view } = this, key = JSON.stringify([view.data.url, view.panes.map(p => [p.version, p.html.length, p.state])]);
    if (key === this.known || view.panes.every(p => p.empty)) return;
    this.clear();
    this.known = key;
    const answer = await view.ask('marks', { quiet: true });
    if (this.known !== key) return;
    if (answer === null) { this.known = ''; return; }
    this.found = JSON.parse(answer);
    this.place();
  }

  clear() {
    this.known = '';
    this.found = null;
    this.only = [];
    this.quoted = [];
    for (const pane of this.view.panes) pane.quotes.replaceChildren();
    this.draw();
  }

  place() {
    const { panes, data } = this.view, { texts } = this.found;
    const newest = found => panes.map((p, i) => (p.versions.past === null ? found[i] ?? [] : []));
    const only = newest(this.found.only), quotes = newest(this.found.quotes);
    this.only = panes.map((p, i) => placesOf(p.blocks, texts[i] ?? '', only[i]).filter(Boolean));
    this.quoted = panes.map((p, i) => {
      const spans = data.thread ? quotes[i] : [], unit = unitsOf(texts[i] ?? '');
      const ranges = placesOf(p.blocks, texts[i] ?? '', spans);
      return spans.map(([start, end, n], k) => ({ n, range: ranges[k], text: texts[i].slice(unit(start), unit(end)) }));
    });
    panes.forEach((p, i) => this.list(p, this.quoted[i]));
    this.draw();
    this.tell();
  }

  // The same by keyboard and without highlights: one button for each quoted message.
  list(pane, quoted) {
    const numbers = [...new Set(quoted.map(q => q.n))].sort((a, b) => a - b);
    pane.quotes.replaceChildren();
    if (!numbers.length) return;
    pane.quotes.append(el('span', '', {}, numbers.length > 1 ? 'Quotes messages' : 'Quotes message'), ...numbers.map(n => {
      const said = [...new Set(quoted.filter(q => q.n === n).map(q => q.text.replace(/[*_`|]+/g, '').replace(/\s+/g, ' ')))];
      const hint = { 'aria-label': `Quotes message ${n}, show it`, title: `Message ${n}: ${said.slice(0, 6).join('; ')}` };
      return button('rp-btn', String(n), hint, () => this.show(n, said));
    }));
  }

  draw() {
    paint('rp-only', this.on ? this.only.flat() : []);
    paint('rp-quote', this.quoted.flat().map(q => q.range).filter(Boolean));
    this.point(null);
  }

  setOn(on) {
    this.on = on;
    this.btn.setAttribute('aria-pressed', String(on));
    store('rp-only', on);
    this.draw();
    this.tellOnce = on;
    this.tell();
  }

  // For who cannot see the colour; where the marks are still on their way, once they are here.
  tell() {
    if (!this.tellOnce || !this.found) return;
    this.tellOnce = false;
    const counts = this.view.panes.map((p, i) => `${p.letter.textContent} ${this.only[i].length}`);
    this.view.say(this.only.flat().length ? 'Places that only one answer has: ' + counts.join(', ')
      : 'No answer says anything that no other says');
  }

  // --- pointing at a quote

  at(e) {
    const pane = this.view.panes.find(p => p.newest.contains(e.target));
    const quoted = pane && this.quoted[pane.index];
    if (!quoted?.length) return null;
    const caret = document.caretPositionFromPoint?.(e.clientX, e.clientY);
    const near = caret ?? document.caretRangeFromPoint?.(e.clientX, e.clientY);
    if (!near) return null;
    const [node, offset] = caret ? [caret.offsetNode, caret.offset] : [near.startContainer, near.startOffset];
    const quote = quoted.find(q => q.range?.startContainer.isConnected && q.range.isPointInRange(node, offset));
    const inside = box => e.clientX >= box.left && e.clientX <= box.right && e.clientY >= box.top && e.clientY <= box.bottom;
    return quote && [...quote.range.getClientRects()].some(inside) ? { ...quote, pane } : null;
  }

  pointed(e) {
    if (e.pointerType !== 'mouse' || this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.point(this.at(e)); });
  }

  point(quote) {
    if (quote?.range === this.pointedAt?.range) return;
    this.pointedAt?.pane.body.classList.remove('rp-on-quote');
    this.pointedAt?.pane.body.removeAttribute('title');
    this.pointedAt = quote;
    paint('rp-quote-at', quote ? [quote.range] : []);
    this.view.thread.light(quote?.n);
    if (!quote) return;
    quote.pane.body.classList.add('rp-on-quote');
    quote.pane.body.title = `Quotes message ${quote.n}. Click to show it.`;
  }

  clicked(e) {
    if (e.target.closest?.('a, button, select') || !getSelection().isCollapsed) return;
    const quote = this.at(e);
    if (quote) this.show(quote.n, [quote.text]);
  }

  show(n, said) {
    const { thread } = this.view;
    if (!thread.open) thread.setOpen(true);
    const message = thread.show(n);
    if (!message) return;
    if (PHONE.matches) thread.el.scrollIntoView({ block: 'nearest' });
    const shown = shownLetters(message.querySelector('.rp-b'));
    const source = said.map(piece => rangeOf(shown, piece, 0)).filter(Boolean);
    paint('rp-source', source);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => paint('rp-source', []), LIT_MS);
    thread.reveal(source[0]);
  }

  close() {
    cancelAnimationFrame(this.asked);
    clearTimeout(this.fading);
    for (const name of ['rp-only', 'rp-quote', 'rp-quote-at', 'rp-source']) paint(name, []);
  }
}
