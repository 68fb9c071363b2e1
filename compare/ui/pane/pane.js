// One answer: header with state and numbers, the text, and the reader's buttons. It knows nothing of the stream.

const STATES = {
  loading: '', queued: 'queued', waiting: 'waiting for first token', writing: 'writing', done: 'done',
  stopped: 'stopped', failed: 'failed', hidden: 'not shown yet',
};
const LIVE = new Set(['queued', 'waiting', 'writing']);
const ACTIONS = {
  queued: 'Stop', waiting: 'Stop', writing: 'Stop', done: 'Regenerate', stopped: 'Regenerate', failed: 'Retry',
};
const SILENT_AFTER_MS = 8000;
const NEAR_END_PX = 40;
const NO_FIGURES = 'No figures yet';
const ASK_AGAIN_MS = 5000;
const BRIEF_NOTE_CHARS = 24;  // a note as short as "thinking" stands in the place of the state

class Pane {
  constructor(view, index) {
    Object.assign(this, { view, index, state: 'loading', follow: true, rawOn: false, thinkOn: false, version: 0 });
    Object.assign(this, { html: [], blocks: [], earlierHtml: '' });
    this.letter = el('span', 'rp-letter', {}, 'ABCDEFGH'[index]);
    this.label = el('span', 'rp-label');
    this.badge = el('span', 'rp-badge');
    this.chip = el('span', 'rp-state');
    this.nums = el('span', 'rp-nums');
    const figuresHint = 'Every figure of this answer, and where it comes from';
    const figures = { 'aria-expanded': 'false', 'aria-label': NO_FIGURES, title: figuresHint, disabled: '' };
    this.meta = button('rp-meta', '', figures, () => this.details.set(!this.details.open));
    this.meta.append(el('span', 'rp-line', {}, this.chip, ' ', this.nums));
    this.details = new DetailsView(this);
    this.time = new Timeline();
    this.tail = new Tail();
    this.earlier = el('div', 'rp-earlier');
    this.text = el('div', 'rp-text', {}, this.tail.el);
    const thinkHint = 'What the model showed of its thinking; no part of its answer';
    this.thinkBtn = button('rp-think', 'Thinking', { 'aria-expanded': 'false', title: thinkHint, hidden: '' },
      () => this.setThinking(!this.thinkOn));
    this.thoughts = el('div', 'rp-thoughts', { hidden: '', dir: 'auto' });
    this.quotes = el('div', 'rp-quotes', { role: 'group', 'aria-label': 'Quoted messages' });
    this.newest = el('div', 'rp-newest', {}, this.thinkBtn, this.thoughts, this.text, this.quotes);
    this.turns = el('div', 'rp-turns', {}, this.earlier, this.newest);
    this.stored = el('div', 'rp-stored', { hidden: '', dir: 'auto' });
    this.note = el('p', 'rp-notice');
    this.noteBtn = button('rp-btn', 'Read all', { 'aria-expanded': 'false', hidden: '' },
      () => this.openNote(!this.strip.classList.contains('rp-open')));
    this.strip = el('div', 'rp-strip', { hidden: '' }, this.note, this.noteBtn);
    this.lines = el('div', 'rp-lines', { 'aria-hidden': 'true' }, ...[92, 100, 84, 96, 60].map(w => {
      const line = el('span');
      line.style.width = w + '%';
      return line;
    }));
    this.diff = new Diff(this);
    this.body = el('div', 'rp-body', { tabindex: 0, role: 'group' },
      this.turns, this.stored, this.diff.el);
    this.newest.append(this.lines);
    this.act = button('rp-btn rp-act', '', {}, () => this.ask());
    const rawHint = 'Show the stored text, character by character (r)';
    this.rawBtn = button('rp-btn', 'Raw', { 'aria-pressed': 'false', title: rawHint }, () => this.setRaw(!this.rawOn));
    this.copyBtn = button('rp-btn', 'Copy', { title: 'Copy the stored text' }, () => this.copy());
    this.down = button('rp-down', '\u2193 Newest text', { hidden: '' }, () => this.toEnd());
    this.el = el('section', 'rp-pane', { 'data-pane': index },
      el('header', 'rp-head', {}, el('div', 'rp-id', {}, this.letter, this.label, this.badge), this.meta),
      this.time.el, this.details.el, this.body, this.down, this.strip,
      el('footer', 'rp-foot', {}, this.act, el('span', 'rp-space'), this.diff.select, this.rawBtn, this.copyBtn));
    this.name = 'Answer ' + this.letter.textContent;
    this.versions = new Versions(this);
    this.strip.after(this.versions.el);
    this.setState('loading', '', true);
  }

  // --- what the run says

  apply(p) { if (!this.versions.keeps(p)) this.put(p); }

  put(p) {
    setText(this.letter, p.name);
    setText(this.label, p.label);
    this.label.title = p.label;
    setText(this.badge, p.badge);
    this.name = 'Answer ' + p.name;
    this.el.setAttribute('aria-label', p.label ? this.name + ', ' + p.label : this.name);
    this.body.setAttribute('aria-label', this.name + ' text');
    this.details.el.setAttribute('aria-label', this.name + ' figures');
    this.rawBtn.setAttribute('aria-label', 'Raw text of answer ' + p.name);
    this.copyBtn.setAttribute('aria-label', 'Copy answer ' + p.name);
    if (p.version !== this.version) this.startAfresh(p.version);
    this.setThinks(p.thinking);
    if (p.earlier !== this.earlierHtml) this.setEarlier(p.earlier);
    const same = p.blocks.findIndex(([, html], k) => html !== this.html[k]);
    this.keepBlocks(same < 0 ? p.blocks.length : same);
    for (const [offset, html] of p.blocks.slice(this.html.length)) this.addBlock(offset, html);
    this.tail.set(p.tail);
    this.setNumbers(p.numbers);
    this.time.set(p.timeline);
    this.setState(p.state, p.note, true);
    this.heardAt = Date.now() - p.silent_ms;
    this.draw();
  }

  setEarlier(html) {
    this.earlier.replaceChildren(fragment(this.earlierHtml = html));
    for (const turn of this.earlier.querySelectorAll('.rp-turn[data-role=user]')) {
      turn.querySelector('.rp-who').append(editButton(+turn.dataset.n, n => this.view.edit(n)));
    }
  }

  startAfresh(version) {
    this.version = version;
    this.follow = true;
    this.atStart = false;
    this.setRaw(false);
    this.diff.close();
    this.setThinking(false);
    this.details.set(false);
  }

  append(text) { this.tail.append(text); this.heard(); }

  block(offset, html, tail) { this.addBlock(offset, html); this.tail.set(tail); this.heard(); }

  replace(k, html) {
    if (!this.blocks[k]) return;
    this.html[k] = html;
    this.blocks[k].replaceChildren(fragment(html));
  }

  setState(state, note, quiet) {
    if (state !== this.state || note !== this.note.textContent) this.heard();
    this.state = state;
    this.el.dataset.s = state;
    this.el.setAttribute('aria-busy', String(LIVE.has(state) || state === 'loading'));
    this.brief = LIVE.has(state) && note.length <= BRIEF_NOTE_CHARS ? note : '';
    if (this.note.textContent !== note) { this.note.textContent = note; this.openNote(false); }
    this.strip.hidden = !note || note === this.brief;
    this.draw();
    if (!quiet && !LIVE.has(state)) this.view.say(this.name + ' ' + STATES[state]);
    if (!LIVE.has(state) && this.rawOn) this.readRaw();
    if (!LIVE.has(state) && this.thinkOn) this.readThinking();
    if (!LIVE.has(state) && this.details.open) this.details.read();
    this.fitNote();
  }

  // The line may break between two numbers, never inside one. Without numbers there is nothing to open.
  setNumbers(text) {
    if (this.nums.textContent === text) return;
    this.meta.disabled = !text;
    this.meta.setAttribute('aria-label', text || NO_FIGURES);
    if (!text) this.details.set(false);
    const parts = text.split(/(?<= \u00b7) /);
    this.nums.replaceChildren(...parts.flatMap((part, k) => [k ? ' ' : '', this.figure(part)]));
  }

  figure(part) { return el('span', '', { title: meaning(part.replace(/ \u00b7$/, '')) }, part); }

  // A note is one line, so that it takes little of the answer; a longer one opens. Where there is nothing else to read
  // it stands there whole.
  openNote(open) {
    this.strip.classList.toggle('rp-open', open);
    this.noteBtn.setAttribute('aria-expanded', String(open));
    setText(this.noteBtn, open ? 'Less' : 'Read all');
    this.fitNote();
  }

  fitNote() {
    const alone = !LIVE.has(this.state) && this.empty && !this.earlier.firstChild;
    this.strip.classList.toggle('rp-alone', alone);
    const fits = this.note.scrollWidth <= this.note.clientWidth;
    this.noteBtn.hidden = alone || (fits && !this.strip.classList.contains('rp-open'));
  }

  get empty() { return !this.html.length && !this.tail.el.firstChild; }

  // --- drawing

  addBlock(offset, html) {
    const block = el('div', 'rp-b', { dir: 'auto', 'data-o': offset }, fragment(html));
    this.blocks.push(block);
    this.html.push(html);
    this.tail.el.before(block);
  }

  keepBlocks(n) {
    for (const block of this.blocks.splice(n)) block.remove();
    this.html.length = this.blocks.length;
  }

  // Height of state and numbers as they are, whatever is reserved for them.
  get metaHeight() { return this.nums.offsetTop + this.nums.offsetHeight - this.chip.offsetTop; }

  heard() { this.heardAt = Date.now(); }

  draw() {
    const silent_s = Math.floor((Date.now() - this.heardAt) / 1000);
    const expected = this.state === 'waiting' || this.state === 'writing';
    const stalled = expected && silent_s * 1000 >= SILENT_AFTER_MS;
    this.chip.dataset.s = stalled ? 'stalled' : this.state;
    const words = this.brief || (stalled ? '' : STATES[this.state] ?? this.state);
    const silence = this.brief === 'thinking' ? 'silent for' : 'no text for';
    setText(this.chip, [words, stalled ? `${silence} ${silent_s} s` : ''].filter(Boolean).join(', '));
    this.meta.setAttribute('aria-description', this.chip.textContent);  // the button is named by its numbers alone
    const kept = this.state === 'done' && this.view.data.kept?.includes(this.index);
    const action = this.view.data.actions && !kept && this.versions.past === null ? ACTIONS[this.state] || '' : '';
    setText(this.act, action);
    this.act.hidden = !action;
    this.act.disabled = this.asked === this.state + this.version;
    this.act.classList.toggle('rp-first', action === 'Retry');
    this.act.setAttribute('aria-label', action + ' answer ' + this.letter.textContent);
    const none = this.state === 'hidden' || this.empty;
    this.rawBtn.disabled = this.copyBtn.disabled = none;
    for (const pane of this.view.panes) pane.diff.refresh();
    this.down.hidden = this.follow || !LIVE.has(this.state);
    this.lines.hidden = !(this.state === 'hidden' || (none && LIVE.has(this.state)));
  }

  // --- what the reader does

  ask() {
    this.asked = this.state + this.version;
    this.act.disabled = true;
    setTimeout(() => { this.asked = null; this.draw(); }, ASK_AGAIN_MS);
    this.view.emit({ t: LIVE.has(this.state) ? 'stop' : 'again', pane: this.index });
  }

  setRaw(on) {
    if (on === this.rawOn) return;
    if (on) this.diff.close();
    this.rawOn = on;
    this.rawBtn.setAttribute('aria-pressed', String(on));
    if (on) { this.readRaw(); return; }
    this.turns.hidden = false;
    this.stored.hidden = true;
    this.stored.replaceChildren();
  }

  async readRaw() {
    const text = await this.fetchText('raw');
    if (!this.rawOn || text === null) return;
    if (text !== this.stored.textContent) { this.stored.replaceChildren(); putText(this.stored, text); }
    this.turns.hidden = true;
    this.stored.hidden = false;
    if (this.follow && LIVE.has(this.state)) this.toEnd();
  }

  setThinks(on) { this.thinkBtn.hidden = !on; if (!on) this.setThinking(false); }

  setThinking(on) {
    if (on === this.thinkOn) return;
    this.thinkOn = on;
    this.thinkBtn.setAttribute('aria-expanded', String(on));
    if (on) { this.readThinking(); return; }
    this.thoughts.hidden = true;
    this.thoughts.replaceChildren();
  }

  // Read only when asked for: it can be many times as long as the answer.
  async readThinking() {
    const text = await this.fetchText('thinking');
    if (!this.thinkOn || text === null) return;
    if (text !== this.thoughts.textContent) { this.thoughts.replaceChildren(); putText(this.thoughts, text); }
    this.thoughts.hidden = false;
  }

  fetchText(kind) { return this.view.ask(`${kind}/${this.index}${this.versions.query}`); }

  async copy() {
    const text = await this.fetchText('raw');
    if (text === null) return;
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    this.tellCopied(done || copyBySelection(text) ? 'Copied' : 'Not copied');
    setTimeout(() => this.tellCopied('Copy'), 1500);
  }

  tellCopied(word) {
    setText(this.copyBtn, word);
    this.copyBtn.setAttribute('aria-label', `${word} answer ${this.letter.textContent}`);
    if (word !== 'Copy') this.view.say(`${word} answer ${this.letter.textContent}`);
  }

  // --- scrolling

  get atEnd() { return this.body.scrollHeight - this.body.clientHeight - this.body.scrollTop < NEAR_END_PX; }

  get ratio() { return this.body.scrollTop / Math.max(1, this.body.scrollHeight - this.body.clientHeight); }

  set ratio(r) { this.body.scrollTop = r * (this.body.scrollHeight - this.body.clientHeight); }

  setFollow(on) {
    this.follow = on;
    this.down.hidden = on || !LIVE.has(this.state);
  }

  // The newest answer stays where it was put, also when the layout changes, until the reader moves.
  keepPlace() { if (this.atStart) this.toStart(); }

  moved() { this.atStart = false; }

  // After the text was given more or less room.
  settle() { 
    if (this.follow && LIVE.has(this.state)) this.body.scrollTop = this.body.scrollHeight;
    else this.keepPlace();
  }

  toEnd() { this.setFollow(true); this.atStart = false; this.body.scrollTop = this.body.scrollHeight; }

  // The answer's own beginning, past the earlier turns of its conversation.
  toStart() {
    this.setFollow(false);
    this.atStart = true;
    this.body.scrollTop = this.earlier.firstChild ? this.newest.offsetTop - 8 : 0;
  }
}

// Where the clipboard API is closed (plain http on another host) the old way still works.
const copyBySelection = text => {
  const box = el('textarea', 'rp-sr', { readonly: '' });
  box.value = text;
  document.body.append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  return done;
};
