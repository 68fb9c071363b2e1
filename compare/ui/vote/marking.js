// Marks: a finding on an answer or on a span of it, tied to a message of the thread. The list of a side's marks, and the
// panel in which one is set: a kind by 1 to 7, the message by number or by a press on it, b for "breaks the task".

const quoted = text => '\u201c' + (text.length > 40 ? text.slice(0, 38) + '\u2026' : text) + '\u201d';
const away = (at, n) => (at - n === 1 ? '1 message before' : `${at - n} messages before`);

// The marks of one side, below its answer.
class MarkList {
  constructor(view, side) {
    Object.assign(this, { view, side });
    this.btn = button('rp-btn wb-mark', 'Mark', { title: 'Mark this answer, or what is selected in it (m)' },
      () => view.marking.start(side, this.taken));
    // What is selected is lost with the press on some devices.
    this.btn.addEventListener('pointerdown', e => { this.taken = view.selected.take(); e.preventDefault(); });
    this.head = el('span', 'wb-do', {}, el('kbd', '', {}, 'm'), this.btn);
    this.el = el('ul', 'wb-marks', { 'aria-label': 'Marks on answer ' + 'ABCDEFGH'[side] });
    this.selected(false);
  }

  selected(is) { setText(this.btn, is ? 'Mark selection' : 'Mark'); }

  draw(marks, begun) {
    const own = marks.map((mark, k) => ({ mark, k })).filter(one => one.mark.side === this.side);
    const rows = own.map(({ mark, k }) => this.row(mark, k));
    if (begun?.side === this.side && !this.view.marking.open) rows.push(this.unfinished(begun));
    this.el.replaceChildren(...rows);
    this.el.hidden = !rows.length;
  }

  // A mark that was begun and not added; it is no part of the vote yet.
  unfinished(begun) {
    const { marking } = this.view, says = 'Not finished: ' + (begun.kind ? this.view.kindWords(begun.kind) : 'a mark');
    const drop = button('rp-btn', '\u00d7', { 'aria-label': 'Drop the mark that is not finished', title: 'Drop' },
      () => { marking.forget(); this.view.change(said => { said.begun = null; }); });
    return el('li', '', { 'data-severity': 'begun' },
      button('rp-btn wb-says', says, { title: 'Go on with it (m)' }, () => marking.resume()), drop);
  }

  row(mark, k) {
    const { view } = this, words = view.textAt(mark), quote = mark.span && words ? ' ' + quoted(words.quote(mark.span)) : '';
    const about = mark.message ? `: message ${mark.message}` + (mark.other ? `, now ${mark.other}` : '')
      + `, ${away(mark.at, mark.message)}` : '';
    const says = view.kindWords(mark.kind) + about + (mark.severity === 'breaks' ? ', breaks the task' : '') + quote;
    const show = button('rp-btn wb-says', says, { title: mark.note || 'Show it' }, () => view.showMark(mark));
    show.addEventListener('pointerenter', () => view.place.light(mark.side, mark.message));
    show.addEventListener('pointerleave', () => view.place.light(mark.side, view.marking.lit));
    const drop = button('rp-btn', '\u00d7', { 'aria-label': 'Remove the mark: ' + says, title: 'Remove' },
      () => view.change(said => said.marks.splice(k, 1)));
    return el('li', '', { 'data-severity': mark.severity }, show, drop);
  }
}

class Marking {
  constructor(view) {
    Object.assign(this, { view, mark: null });
    this.title = el('b');
    this.quote = el('span', 'wb-quote', { dir: 'auto' });
    this.kinds = el('div', 'wb-chips', { role: 'group', 'aria-label': 'What is wrong' });
    const number = label => el('input', 'rp-query wb-number', { type: 'text', inputmode: 'numeric', maxlength: 4,
      autocomplete: 'off', 'aria-label': label });
    this.message = number('Number of the message');
    this.other = number('Number of the message with the newer value');
    this.far = el('span', 'wb-far');
    this.first = el('span', '', {}, 'about message');
    this.second = el('label', '', {}, 'newer value in message ', this.other);
    this.breaks = button('rp-switch', 'Breaks the task', { 'aria-pressed': 'false', title: 'b' }, () => this.toggle());
    this.note = el('input', 'rp-query', { type: 'text', maxlength: 500, placeholder: 'Note', 'aria-label': 'Note' });
    this.add = button('rp-btn rp-first', 'Add mark', {}, () => this.finish());
    const close = button('rp-btn', 'Close', { title: 'Esc' }, () => this.close());
    this.hint = el('p', 'wb-hint', { role: 'status' });
    this.el = el('section', 'wb-marking', { role: 'group', 'aria-label': 'Set a mark', hidden: '', tabindex: -1 },
      el('header', '', {}, this.title, this.quote, close), this.kinds,
      el('div', 'wb-line', {}, el('label', '', {}, this.first, ' ', this.message), this.far, this.second),
      el('div', 'wb-line', {}, this.breaks, this.note, this.add), this.hint);
    for (const input of [this.message, this.other]) input.addEventListener('input', () => this.typed());
    this.note.addEventListener('input', () => { this.mark.note = this.note.value; this.keep(); });
  }

  get open() { return !this.el.hidden; }

  get lit() { return this.open ? this.mark.message : null; }

  start(side, taken = this.view.selected.take()) {
    const { view } = this, words = taken ? taken.words : view.place.wordsAt(side);
    if (!words) return;
    const same = this.mark && !taken && this.mark.side === words.side && this.mark.at === words.n;
    if (!same) {
      this.mark = { side: words.side, kind: null, severity: 'minor', message: null, other: null, at: words.n,
        span: taken ? taken.span : null, note: '' };
    }
    this.show(words);
  }

  // Go on with the mark that was begun.
  resume(why = '') {
    const words = this.mark && this.view.textAt(this.mark);
    if (words) this.show(words);
    setText(this.hint, why);
  }

  show(words) {
    const { view } = this;
    view.setActive(words.side);
    setText(this.title, `Mark on ${'ABCDEFGH'[words.side]}` + (view.place instanceof Rows ? `, message ${words.n}` : ''));
    setText(this.quote, this.mark.span ? quoted(words.quote(this.mark.span)) : '');
    this.message.value = this.mark.message ?? '';
    this.other.value = this.mark.other ?? '';
    this.note.value = this.mark.note;
    this.el.hidden = false;
    this.draw();
    view.putMarking();
    view.draw();
    this.kinds.firstChild.focus({ preventScroll: true });
  }

  // What was begun stays: m opens it again.
  close() {
    this.el.hidden = true;
    this.view.place.light(0, null);
    this.view.draw();
    this.view.root.focus({ preventScroll: true });
  }

  forget() { this.restore(null); }

  // What a draft holds of a mark that was begun; m or a press on it opens it again.
  restore(begun) { this.mark = begun; this.el.hidden = true; }

  // It is kept with what else was entered.
  keep() {
    const { view, mark } = this;
    const begun = mark && (mark.kind || mark.message || mark.other || mark.note || mark.span) ? structuredClone(mark) : null;
    if (view.waiting || view.data.state === 'feedback' || JSON.stringify(begun) === JSON.stringify(view.said.begun)) return;
    view.said.begun = begun;
    view.drafts.changed();
  }

  get kind() { return this.view.data.kinds.find(one => one.kind === this.mark.kind); }

  draw() {
    const { mark } = this, needs = this.kind?.needs ?? 0;
    this.kinds.replaceChildren(...this.view.data.kinds.map((one, k) => button('rp-btn wb-chip', '',
      { 'aria-pressed': String(one.kind === mark.kind) }, () => this.choose(k))));
    [...this.kinds.children].forEach((chip, k) => chip.append(el('kbd', '', {}, String(k + 1)), ' ' + this.view.data.kinds[k].words));
    setText(this.first, needs === 2 ? 'old value in message' : needs ? 'about message' : 'about message, if any');
    this.second.hidden = needs < 2;
    this.breaks.setAttribute('aria-pressed', String(mark.severity === 'breaks'));
    const at = mark.message;
    setText(this.far, at && at < mark.at ? away(mark.at, at) : '');
    setText(this.hint, '');
    this.keep();
  }

  choose(k) {
    const chosen = this.view.data.kinds[k];
    if (!chosen) return;
    this.mark.kind = chosen.kind;
    if (chosen.needs < 2) { this.mark.other = null; this.other.value = ''; }
    this.draw();
    (chosen.needs ? this.message : this.add).focus({ preventScroll: true });
  }

  toggle() {
    this.mark.severity = this.mark.severity === 'breaks' ? 'minor' : 'breaks';
    this.draw();
  }

  typed() {
    this.mark.message = +this.message.value || null;
    this.mark.other = +this.other.value || null;
    this.draw();
    const n = document.activeElement === this.other ? this.mark.other : this.mark.message;
    this.view.place.light(this.mark.side, n);
    if (n) this.view.place.show(this.mark.side, n);
  }

  // A message was pressed in the thread.
  point(side, n) {
    if (!this.open || (side !== null && side !== this.mark.side) || n >= this.mark.at) return;
    const second = this.kind?.needs === 2 && this.mark.message !== null && this.mark.message !== n;
    (second ? this.other : this.message).value = n;
    this.mark[second ? 'other' : 'message'] = n;
    this.draw();
    this.view.place.light(this.mark.side, n);
  }

  missing() {
    const { mark } = this, needs = this.kind?.needs ?? 0, late = n => n !== null && n >= mark.at;
    if (!mark.kind) return 'Choose what is wrong: 1 to 7.';
    if (needs && !mark.message) return 'Type the number of the message that this is about, or press the message.';
    if (needs === 2 && !mark.other) return 'Type the number of the message with the newer value.';
    if (late(mark.message) || late(mark.other)) return `Choose a message before ${mark.at}, where this answer stands.`;
    return '';
  }

  finish() {
    const missing = this.missing();
    if (missing) { setText(this.hint, missing); return; }
    const mark = structuredClone(this.mark);
    this.mark = null;
    this.el.hidden = true;
    this.view.change(said => { said.marks.push(mark); said.begun = null; });
    this.view.place.light(mark.side, null);
    this.view.root.focus({ preventScroll: true });
    this.view.say('Marked: ' + this.view.kindWords(mark.kind));
  }

  key(e) {
    if (e.isComposing || withModifier(e)) return;
    const at = document.activeElement, inNote = at === this.note, inNumber = at === this.message || at === this.other;
    if (e.key === 'Escape') this.close();
    else if (e.key === 'Enter' && (inNumber || inNote || at === this.el)) {
      if (at === this.message && !this.second.hidden && !this.mark.other) this.other.focus();
      else this.finish();
    } else if (inNote) return;
    else if (e.key === 'b') this.toggle();
    else if (!inNumber && digitOf(e) >= 1 && digitOf(e) <= this.view.data.kinds.length) this.choose(digitOf(e) - 1);
    else return;
    e.preventDefault();
  }
}
