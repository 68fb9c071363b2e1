// From places in a stored text to the same words on the page, and painting them without changing the page.

const CAN_PAINT = typeof Highlight === 'function' && typeof CSS !== 'undefined' && 'highlights' in CSS;

const paint = (name, ranges) => {
  if (!CAN_PAINT) return;
  const painted = new Highlight();
  for (const range of ranges) painted.add(range);
  if (painted.size) CSS.highlights.set(name, painted); else CSS.highlights.delete(name);
};

const WORDS = /[\p{L}\p{N}]+/gu;

// The letters and digits of a text, and where each of them stands.
const lettersOf = text => {
  const at = [];
  let letters = '';
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    letters += word;
    for (let k = 0; k < word.length; k++) at.push(index + k);
  }
  return { letters, at };
};

// The same of what an element shows, except the boxes of hidden characters.
const shownLetters = element => {
  const nodes = [], at = [];
  let letters = '';
  for (const node of textNodes(element)) {
    if (node.parentElement.closest('.rp-cc')) continue;
    const found = lettersOf(node.data);
    letters += found.letters;
    for (const offset of found.at) { nodes.push(node); at.push(offset); }
  }
  return { letters, nodes, at };
};

const textNodes = element => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
};

// The server counts characters, the page UTF-16 units.
const unitsOf = text => {
  if (!/[\ud800-\udfff]/.test(text)) return n => n;
  const at = [0];
  for (const c of text) at.push(at.at(-1) + c.length);
  return n => at[n];
};

// Where a piece stands among the letters: markdown drops and adds signs, and hardly ever a letter. So a piece is known
// by its letters, and among equal ones by being the same one in order.
const nth = (letters, piece, n) => {
  let found = -1;
  for (let k = letters.indexOf(piece); k >= 0 && n >= 0; k = letters.indexOf(piece, k + 1), n--) found = k;
  return found;
};

const countBefore = (letters, piece, limit) => {
  let n = 0;
  for (let k = letters.indexOf(piece); k >= 0 && k < limit; k = letters.indexOf(piece, k + 1)) n++;
  return n;
};

const rangeOf = (shown, piece, n) => {
  const { letters, at } = lettersOf(piece);
  const first = letters ? nth(shown.letters, letters, n) : -1;
  if (first < 0) return null;
  const last = first + letters.length - 1, range = document.createRange();
  const [head, tail] = [piece.slice(0, at[0]), piece.slice(at.at(-1) + 1)];
  const start = shown.at[first], end = shown.at[last] + 1;
  const hasHead = shown.nodes[first].data.slice(0, start).endsWith(head);
  const hasTail = shown.nodes[last].data.startsWith(tail, end);
  range.setStart(shown.nodes[first], start - (hasHead ? head.length : 0));
  range.setEnd(shown.nodes[last], end + (hasTail ? tail.length : 0));
  return range;
};

// The ranges on the page of [start, end, ...] spans of a stored text, in order; null where one is not found.
const placesOf = (blocks, text, spans) => {
  const unit = unitsOf(text), starts = blocks.map(block => unit(+block.dataset.o)), known = new Map();
  return spans.map(([start, end]) => {
    const k = starts.findLastIndex(at => at <= unit(start));
    if (k < 0) return null;
    if (!known.has(k)) {
      known.set(k, { source: lettersOf(text.slice(starts[k], starts[k + 1])), shown: shownLetters(blocks[k]) });
    }
    const { source, shown } = known.get(k), piece = text.slice(unit(start), unit(end));
    const before = source.at.findIndex(at => at >= unit(start) - starts[k]);
    return rangeOf(shown, piece, countBefore(source.letters, lettersOf(piece).letters, before));
  });
};
