// One turn: the thread beside the answers, all complete and all at once.

class VoteThread extends ThreadView {
  constructor(pointAt, open) {
    super(() => {});
    this.pointAt = pointAt;
    this.setOpen(open);
  }

  // A press on a message names it in the mark that is being set.
  message(m) {
    const body = el('div', 'rp-b', { dir: 'auto' }, fragment(m.html));
    body.querySelectorAll('a[tabindex]').forEach(a => a.setAttribute('tabindex', -1));
    const node = el('div', 'rp-m', { role: 'listitem', 'data-role': m.role, 'data-n': m.n },
      el('div', 'rp-who', {}, el('b', '', {}, String(m.n)), ' ' + m.role), body);
    node.addEventListener('click', () => { if (getSelection().isCollapsed) this.pointAt(m.n); });
    return node;
  }
}

class AnswerSide {
  constructor(view, index, given) {
    Object.assign(this, { view, index, n: given.n });
    this.words = new Words(index, given);
    this.letter = el('span', 'rp-letter', {}, given.name);
    this.text = el('div', 'rp-text', {}, this.words.el);
    this.body = el('div', 'rp-body', { tabindex: 0, role: 'group', 'aria-label': `Answer ${given.name} text` }, this.text);
    this.marks = new MarkList(view, index);
    const label = el('span', 'rp-label', { title: given.label }, given.label);
    const figures = given.figures ? [el('div', 'rp-meta', {}, given.figures)] : [];
    this.el = el('section', 'rp-pane', { 'data-pane': index, 'aria-label': 'Answer ' + given.name },
      el('header', 'rp-head wb-head', {}, el('div', 'rp-id', {}, this.letter, label, el('span', 'rp-space'), this.marks.head),
        ...figures), this.body, this.marks.el);
    this.el.addEventListener('pointerdown', () => view.setActive(index));
  }
}

class Beside {
  constructor(view, data) {
    this.view = view;
    this.thread = new VoteThread(n => view.pointAt(null, n), view.threadOpen);
    this.sides = data.sides.map((given, k) => new AnswerSide(view, k, given));
    const n = this.sides.length, columns = n <= 4 ? n : Math.ceil(n / 2);
    view.root.style.setProperty('--rp-cols', columns);
    view.root.classList.toggle('rp-rows', n > columns);
    this.answers = el('div', 'rp-answers', { role: 'group', 'aria-label': 'Answers' }, ...this.sides.map(side => side.el));
    this.el = el('div', 'rp-grid', {}, this.thread.el, this.answers);
    this.panes = this.sides;                             // what find.js calls them
    this.thread.apply(data.thread);
    this.thread.offer([]);
  }

  get words() { return this.sides.map(side => side.words); }

  markLists() { return this.sides.map(side => side.marks); }

  // What a mark is on where nothing is selected.
  wordsAt(side) { return this.sides[side].words; }

  column(side) { return this.sides[side].el; }

  setActive(side) { this.sides.forEach((one, k) => one.el.classList.toggle('wb-active', k === side)); }

  light(_side, n) { this.thread.light(n); }

  show(_side, n) {
    if (!this.thread.open) this.thread.setOpen(true);
    this.thread.show(n);
  }

  jump() {
    if (this.thread.jump.hidden) return;
    this.thread.setOpen(true);
    this.thread.jump.focus();
  }

  go(step) {
    const focused = this.sides.find(side => side.el.contains(document.activeElement));
    const lists = this.thread.el.contains(document.activeElement) ? [this.thread.list]
      : (focused ? [focused] : this.sides).map(side => side.body);
    for (const list of lists) list.scrollTop += step * 0.8 * list.clientHeight;
  }

  // After the room has changed.
  settle() { this.thread.keepEnd(); }
}
