// One answer word by word against another: taken out, put in, and how much both share. Text nodes only.

const WORD = /[\p{L}\p{N}_]+/gu;
const nWords = text => text.match(WORD)?.length ?? 0;

class Diff {
  constructor(pane) {
    Object.assign(this, { pane, other: null });
    this.select = el('select', 'rp-btn rp-vs', { title: 'Compare this answer with another, word by word' });
    this.select.addEventListener('change', () => this.show(this.select.value === '' ? null : +this.select.value));
    this.legend = el('div', 'rp-legend', { role: 'status' });
    this.text = el('div', 'rp-words', { dir: 'auto' });
    this.el = el('div', 'rp-diff', { hidden: '' }, this.legend, this.text);
  }

  get name() { return this.pane.letter.textContent; }

  // Only answers that have ended and say something can be compared.
  refresh() {
    const all = this.pane.view.panes, ready = p => !p.empty && !LIVE.has(p.state) && p.state !== 'hidden'
      && p.versions.past === null;
    const others = all.filter(p => p !== this.pane && ready(p));
    const wanted = ready(this.pane) ? others.map(p => p.index + p.letter.textContent).join() : '';
    this.select.hidden = all.length < 2;
    this.select.disabled = !wanted;
    this.select.setAttribute('aria-label', `Compare answer ${this.name} with`);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    this.select.replaceChildren(el('option', '', { value: '' }, 'Compare'),
      ...others.map(p => el('option', '', { value: p.index }, 'with ' + p.letter.textContent)));
    if (this.other !== null && !others.some(p => p.index === this.other)) this.close();
    this.select.value = this.other ?? '';
  }

  async show(other) {
    if (other === null) { this.close(); return; }
    const { pane } = this, answer = await pane.view.ask(`diff/${pane.index}/${other}`);
    if (answer === null) { this.select.value = this.other ?? ''; return; }
    if (this.other === null) this.left = { top: pane.body.scrollTop, follow: pane.follow, atStart: pane.atStart };
    pane.setRaw(false);
    this.other = other;
    this.select.value = other;
    this.select.classList.add('rp-chosen');
    this.draw(JSON.parse(answer), pane.view.panes[other].letter.textContent);
    pane.turns.hidden = true;
    this.el.hidden = false;
    pane.setFollow(false);
    pane.moved();
    pane.body.scrollTop = 0;
  }

  draw(pairs, otherName) {
    const kinds = { '-': 'del', '+': 'ins' };
    this.text.replaceChildren();
    for (const [op, text] of pairs) {
      const node = op === '=' ? this.text : el(kinds[op]);
      putText(node, text);
      if (node !== this.text) this.text.append(node);
    }
    const count = op => pairs.reduce((n, [kind, text]) => n + (kind === op ? nWords(text) : 0), 0);
    const same = 2 * count('='), all = same + count('-') + count('+');
    this.legend.replaceChildren();
    if (pairs.every(([op]) => op === '=')) {
      this.legend.append(`${this.name} and ${otherName} are the same, character by character.`);
    } else {
      // Of the words; rounded down: 100 % is said only of the same words.
      const share = all ? Math.floor(100 * same / all) : 0;
      this.legend.append(el('del', '', {}, 'only in ' + this.name), ' ', el('ins', '', {}, 'only in ' + otherName), ' ',
        el('span', '', { title: 'Words that stand in both, of all words of both' }, `${share} % in common`));
    }
    this.legend.append(button('rp-btn rp-close', 'Close', { 'aria-label': 'Close the comparison' }, () => {
      this.close();
      this.select.focus();
    }));
  }

  // The text stands again where it was left.
  close() {
    if (this.other === null) return;
    const { pane, left } = this;
    this.other = null;
    this.select.value = '';
    this.select.classList.remove('rp-chosen');
    this.el.hidden = true;
    this.text.replaceChildren();
    pane.turns.hidden = false;
    pane.body.scrollTop = left.top;
    pane.atStart = left.atStart;
    pane.setFollow(left.follow);
  }
}
