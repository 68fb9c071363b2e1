// The conversation beside the answers: numbered messages, a long middle folded away, one tab stop for the whole list.

const PHONE = matchMedia('(max-width: 640px)');
const NEWEST = -1;
const FOLD_ABOVE = 12, FIRST_SHOWN = 2, LAST_SHOWN = 8, LIT_MS = 1600;

// Asking again from an earlier message of the user: quiet until the message is pointed at or reached by Tab.
const editButton = (n, edit) =>
  button('rp-edit', 'Edit', { 'aria-label': `Edit message ${n} and ask again`, title: 'Say it differently and ask again' },
    () => edit(n));

class ThreadView {
  constructor(edit) {
    this.given = null;
    this.edit = edit;
    this.open = !PHONE.matches;
    this.count = el('span', 'rp-count');
    this.jump = el('select', 'rp-jump', { 'aria-label': 'Jump to message', title: 'Jump to message', hidden: '' });
    this.jump.addEventListener('change', () => this.show(+this.jump.value));
    this.list = el('div', 'rp-body rp-list', { role: 'list', 'aria-label': 'Messages', tabindex: 0 });
    this.head = el('header', 'rp-head', {}, el('b', '', {}, 'Thread'), this.count, this.jump);
    this.el = el('section', 'rp-thread', { 'aria-label': 'Conversation thread' }, this.head, this.list);
    for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
      this.list.addEventListener(type, () => { this.moved = true; }, { passive: true });
    }
    this.setOpen(this.open);
  }

  setOpen(open) {
    this.open = open;
    this.el.classList.toggle('rp-open', open);
    this.onToggle?.(open);
    this.keepEnd();
  }

  apply(messages) {
    const given = JSON.stringify(messages);
    if (given === this.given) return;
    this.given = given;
    this.messages = messages;
    setText(this.count, messages.length === 1 ? '1 message' : messages.length + ' messages');
    const folded = messages.length > FOLD_ABOVE ? messages.slice(FIRST_SHOWN, -LAST_SHOWN) : [];
    const shown = messages.filter(m => !folded.includes(m)).map(m => this.message(m));
    if (folded.length) {
      const between = folded.length + ' messages in between - show';
      this.fold = button('rp-fold', between, {}, () => { this.unfold(); this.list.focus({ preventScroll: true }); });
      this.folded = folded;
      shown.splice(FIRST_SHOWN, 0, this.fold);
    } else this.fold = null;
    this.list.replaceChildren(...shown);
    this.moved = false;
    this.keepEnd();
  }

  message(m) {
    const who = el('div', 'rp-who', {}, el('b', '', {}, String(m.n)), ' ' + m.role);
    if (m.note) who.append(el('span', 'rp-mnote', {}, m.note));
    if (m.role === 'user') who.append(editButton(m.n, this.edit));
    const body = el('div', 'rp-b', { dir: 'auto' }, fragment(m.html));
    body.querySelectorAll('a[tabindex]').forEach(a => a.setAttribute('tabindex', -1));
    return el('div', 'rp-m', { role: 'listitem', 'data-role': m.role, 'data-n': m.n }, who, body);
  }

  unfold() {
    if (!this.fold) return;
    const below = this.list.scrollHeight - this.list.scrollTop;
    this.fold.replaceWith(...this.folded.map(m => this.message(m)));
    this.fold = null;
    this.list.scrollTop = this.list.scrollHeight - below;
  }

  find(n) { return this.list.querySelector(`[data-n="${n}"]`); }

  isFolded(n) { return !!this.fold && this.folded.some(m => m.n === n); }

  // Where to go: the messages here, and those that stand in the answers' own conversations, [{n, role}].
  offer(own) {
    const option = (value, words) => el('option', '', { value }, words);
    const options = ms => ms.map(m => option(m.n, m.n + ' ' + m.role));
    const inAnswers = el('optgroup', '', { label: 'In the answers' }, ...options(own), option(NEWEST, 'Newest answers'));
    const jump = el('select', '', {}, option(0, 'Go to'), ...options(this.messages), ...(own.length ? [inAnswers] : []));
    if (jump.innerHTML !== this.jump.innerHTML) {
      this.jump.replaceChildren(...jump.childNodes);
      this.jump.value = 0;
    }
    this.jump.hidden = this.messages.length + own.length < 5;
  }

  // Scrolls to a message, lights it for a moment and gives it back.
  show(n) {
    this.jump.value = 0;
    if (!n) return null;
    if (!this.messages.some(m => m.n === n)) { this.onOwn(n); return null; }
    this.moved = true;
    if (this.isFolded(n)) this.unfold();
    const message = this.find(n);
    if (!message) return null;
    this.list.scrollTop = message.offsetTop - 8;
    found(message);
    return message;
  }

  // Lights a message as long as something points at it, where it is on the page; it does not scroll.
  light(n) {
    this.list.querySelector('.rp-lit')?.classList.remove('rp-lit');
    if (n) this.find(n)?.classList.add('rp-lit');
  }

  // Brings a place into view where it is not.
  reveal(range) {
    if (!range) return;
    this.moved = true;
    const place = range.getBoundingClientRect(), list = this.list.getBoundingClientRect();
    if (place.top >= list.top && place.bottom <= list.bottom) return;
    this.list.scrollTop += place.top - list.top - list.height / 3;
  }

  // The newest message stays in view until the reader moves the list, also when the layout changes.
  keepEnd() { if (!this.moved) this.list.scrollTop = this.list.scrollHeight; }
}

// Shows the reader for a moment where the jump has led.
const found = node => {
  node.classList.add('rp-found');
  setTimeout(() => node.classList.remove('rp-found'), 1600);
};
