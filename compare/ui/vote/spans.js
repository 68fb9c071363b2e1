// Texts that can be marked: from a selection on the page to characters of the shown text, and back to colour.

// One answer, or one message of a thread that stands as a side: {side, n, text} and its blocks on the page.
class Words {
  constructor(side, given) {
    Object.assign(this, { side, n: given.n, text: given.text });
    this.blocks = given.blocks.map(([offset, html]) => el('div', 'rp-b', { dir: 'auto', 'data-o': offset }, fragment(html)));
    this.el = el('div', 'rp-b wb-words', {}, ...this.blocks);
  }

  // [start, end] in characters of the text, or null where nothing of it is selected.
  spanOf(range) {
    const unit = unitsOf(this.text), starts = this.blocks.map(block => unit(+block.dataset.o));
    let start = -1, end = -1;
    this.blocks.forEach((block, k) => {
      if (!range.intersectsNode(block)) return;
      const shown = shownLetters(block), inside = lettersIn(range, shown);
      if (!inside) return;
      const source = lettersOf(this.text.slice(starts[k], starts[k + 1]));
      const at = sourcePlace(source, shown, ...inside);
      if (!at) return;
      if (start < 0) start = starts[k] + at[0];
      end = starts[k] + at[1];
    });
    return start < 0 ? null : [charsBefore(this.text, start), charsBefore(this.text, end)];
  }

  rangesOf(spans) { return placesOf(this.blocks, this.text, spans).filter(Boolean); }

  quote([start, end]) {
    const unit = unitsOf(this.text);
    const named = (c, ...found) => (found.at(-1).seen ? c : `[U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
    return this.text.slice(unit(start), unit(end)).replace(/\s+/g, ' ').replace(HIDDEN, named);
  }
}

const charsBefore = (text, units) => [...text.slice(0, units)].length;

// First and last letter of what is shown that lie in the range.
const lettersIn = (range, shown) => {
  let first = -1, last = -1;
  for (let k = 0; k < shown.at.length; k++) {
    const node = shown.nodes[k], at = shown.at[k];
    if (!range.isPointInRange(node, at) || !range.isPointInRange(node, at + 1)) continue;
    if (first < 0) first = k;
    last = k;
  }
  return first < 0 ? null : [first, last];
};

// Where shown letters stand in the source. Mostly both have the same letters; otherwise the piece is looked for.
const sourcePlace = (source, shown, first, last) => {
  if (source.letters === shown.letters) return [source.at[first], source.at[last] + 1];
  const piece = shown.letters.slice(first, last + 1);
  const k = nth(source.letters, piece, countBefore(shown.letters, piece, first));
  return k < 0 ? null : [source.at[k], source.at[k + piece.length - 1] + 1];
};

// The newest selection within the texts.
class Selected {
  constructor(view) {
    Object.assign(this, { view, found: null });
    view.listen(document, 'selectionchange', () => this.look());
  }

  look() {
    const selection = getSelection(), had = Boolean(this.found);
    this.found = null;
    if (selection.rangeCount && !selection.isCollapsed) {
      const range = selection.getRangeAt(0);
      const words = this.view.words().find(one => one.el.contains(range.startContainer));
      if (words) this.found = { words, range: range.cloneRange() };
    }
    if (had || this.found) this.view.selectionMoved(this.found?.words.side ?? null);
  }

  // {words, span, quote}, or null.
  take() {
    if (!this.found) return null;
    const { words, range } = this.found, span = words.el.isConnected ? words.spanOf(range) : null;
    return span && { words, span, quote: words.quote(span) };
  }
}
