// Small helpers for building elements. Model text enters the page only as text nodes, or as HTML that the server has
// cleaned.

const el = (tag, cls = '', attrs = {}, ...kids) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  for (const name in attrs) node.setAttribute(name, attrs[name]);
  node.append(...kids);
  return node;
};

const button = (cls, label, attrs, onclick) => {
  const node = el('button', cls, { type: 'button', ...attrs }, label);
  node.addEventListener('click', onclick);
  return node;
};

// For HTML from the server's own renderer (compare/render), never for text of a model.
const fragment = html => {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  holder.content.querySelectorAll('th, td').forEach(keepWhole);
  return holder.content;
};

// In a table's cell nothing short and no code ("LD-7731") is broken: the table scrolls instead.
const SHORT_CELL = 24;
const CODE = /\S*(?:\d\S*-|-\S*\d)\S*/g;

const keepWhole = cell => {
  if (cell.textContent.length <= SHORT_CELL) { cell.classList.add('rp-whole'); return; }
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const parts = [];
    let from = 0;
    for (const match of text.data.matchAll(CODE)) {
      if (match[0].length > SHORT_CELL) continue;
      parts.push(text.data.slice(from, match.index), el('span', 'rp-whole', {}, match[0]));
      from = match.index + match[0].length;
    }
    if (parts.length) text.replaceWith(...parts, text.data.slice(from));
  }
};

const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };

// The same characters as compare/render/characters.py: nobody sees them, so they are shown as boxes. First what makes
// a picture and stays: three flags, and the variant of a Han character.
const flag = letters => '\u{1f3f4}' + [...letters].map(c => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')
  + '\u{e007f}';
const JOINABLE = '\\u0600-\\u1fff\\u2190-\\u2bff\\ufb50-\\ufdff\\ufe0f\\ufe70-\\ufefc\\u{10000}-\\u{1faff}';
const HIDDEN = new RegExp(`(?<seen>${['gbeng', 'gbsct', 'gbwls'].map(flag).join('|')}`
  + '|(?<=[\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{323af}])[\\u{e0100}-\\u{e01ef}])'
  + '|[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160'
  + '\\u17b4\\u17b5\\u180b-\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0'
  + `\\ufff0-\\ufffb\\ufffe\\uffff\\u{e0000}-\\u{e0fff}]|\\r(?!\\n)|(?<![${JOINABLE}])[\\u200c\\u200d]`
  + `|[\\u200c\\u200d](?![${JOINABLE}])`, 'gu');

// Appends text to a node. The boxes are drawn by CSS around the character itself, so textContent stays exact.
const putText = (node, text) => {
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.groups.seen) continue;
    const code = 'U+' + match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    node.append(text.slice(from, match.index), el('span', 'rp-cc rp-cc-own', { 'data-c': code }, match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) node.append(text.slice(from));
};
