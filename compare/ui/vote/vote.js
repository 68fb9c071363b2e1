// The whole element: lays an item out, takes keys, and tells the server what the rater did. Entry point: the end.

const NO_ANSWER_MS = 10_000;
const VIEWS = new WeakMap();

class VoteView {
  constructor(root, data, send) {
    Object.assign(this, { root, send, data: null, said: null, active: 0, waiting: null, place: null });
    // On a phone too: what is rated is how an answer keeps to the thread.
    this.threadOpen = true;
    this.ac = new AbortController();
    this.keysOn = stored('rp-keys', true);
    this.time = new ActiveTime();
    this.drafts = new Drafts(this);
    this.selected = new Selected(this);
    root.tabIndex = -1;
    this.listen(window, 'keydown', e => this.key(e), { capture: true });
    this.listen(root, 'click', e => openLink(e));
    for (const type of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart', 'scroll']) {
      this.listen(window, type, () => this.time.moved(), { passive: true, capture: true });
    }
    this.listen(document, 'visibilitychange', () => {
      if (document.hidden) { this.time.away(); this.drafts.flush(); } else this.time.moved();
    });
    this.listen(window, 'pagehide', () => this.drafts.flush());
    this.build();
    this.configure(data);
  }

  // --- building

  build() {
    this.live = el('div', 'rp-sr', { role: 'status', 'aria-live': 'polite' });
    this.name = el('b', 'wb-study');
    this.progress = el('span', 'rp-progress', {});
    this.alertBox = el('div', 'rp-alert', { role: 'alert', hidden: '' });
    const tool = (label, title, act) => button('rp-btn', label, { title }, act);
    this.backBtn = tool('Back', 'The vote before (b)', () => this.press({ t: 'back', ...this.entered() }));
    this.undoBtn = tool('Undo', 'Take back the last vote (u)', () => this.undo());
    this.skipBtn = tool('Skip', 'Skip this item, with a reason (x)', () => openSkip(this));
    this.threadBtn = button('rp-switch rp-thread-btn', 'Thread', { title: 'Show the thread beside the answers' },
      () => this.place.thread.setOpen(this.threadOpen = !this.place.thread.open));
    this.rules = tool('Instructions', 'Instructions (i)', () => openInstructions(this));
    const tools = el('span', 'wb-tools', {}, this.threadBtn, this.backBtn, this.undoBtn,
      this.skipBtn,
      tool('Pause', 'Let others have this item meanwhile (p)', () => this.pause()), this.rules,
      button('rp-switch rp-keys', 'Keys', { title: 'Every key of this page (?)' }, () => openKeySheet(this, VOTING)));
    this.bar = el('div', 'rp-bar wb-bar', { role: 'toolbar', 'aria-label': 'Rating' }, this.name, this.progress, tools);
    this.holder = el('div', 'wb-holder');
    this.foot = el('div', 'wb-foot');
    this.marking = new Marking(this);
    this.root.replaceChildren(this.bar, this.holder, this.foot, this.live);
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(this.foot);
    this.resize.observe(this.holder);
  }

  listen(target, type, handler, options = {}) {
    target.addEventListener(type, handler, { signal: this.ac.signal, ...options });
  }

  configure(data) {
    const before = this.data;
    this.data = data;
    if (before && before.rev === data.rev) return;
    this.answered();
    if (!before || before.seat !== data.seat) this.lay(before);
    this.alert(data.notice);
    this.backBtn.disabled = !data.back;
    this.undoBtn.disabled = !data.back && data.state === 'new';
    this.skipBtn.disabled = data.state !== 'new';
    setText(this.progress, data.progress.line);
    this.progress.title = this.progress.textContent;
    setText(this.ballot.status, data.stored ? data.stored + (this.keysOn ? '; u takes it back' : '') : '');
  }

  // Another item, or this one in another state: everything anew.
  lay(before) {
    const { data } = this;
    if (before && before.item !== data.item) this.drafts.forget(before.item);
    if (before && before.item === data.item && data.state !== 'new') this.drafts.forget(data.item);
    this.said = this.drafts.read(data.item, data.draft);
    this.find?.close();
    this.marking.restore(structuredClone(this.said.begun));
    this.toldOf = null;
    setText(this.name, data.study.name);
    this.rules.hidden = !data.study.instructions;
    this.place = data.rows.length ? new Rows(this, data) : new Beside(this, data);
    const { thread } = this.place;
    this.threadBtn.hidden = !(thread instanceof ThreadView);
    thread.onToggle = open => this.threadBtn.setAttribute('aria-pressed', String(open));
    thread.setOpen(thread.open);
    this.find = new Find(this);
    const above = this.threadBtn.hidden ? [thread.head] : [];
    this.holder.replaceChildren(...above, this.place.el, this.marking.el, this.alertBox);
    this.ballot = new Ballot(this, data);
    this.foot.replaceChildren(this.ballot.el);
    this.ballot.tellVoted(data);
    this.ballot.tellFeedback(data.feedback);
    this.active = 0;
    this.place.setActive(0);
    this.draw();
    this.fit();
    this.say(`${data.progress.line}. ${data.study.question}`);
    this.time.stop();
    if (data.first && !this.said.edits && data.study.instructions && this.rulesOf !== data.study.name) {
      this.rulesOf = data.study.name;
      openInstructions(this, () => this.time.begin(data.active_ms));
    } else if (data.state !== 'feedback') this.time.begin(data.active_ms);
  }

  get panes() { return this.place.panes; }                // what find.js calls them

  get thread() { return this.place.thread; }

  words() { return this.place?.words ?? []; }

  textAt(mark) { return this.words().find(words => words.side === mark.side && words.n === mark.at); }

  kindWords(kind) { return this.data.kinds.find(one => one.kind === kind)?.words ?? kind; }

  // The answers take the room that the rest of the page leaves.
  fit() {
    if (!this.place) return;
    const top = this.holder.getBoundingClientRect().top + window.scrollY;
    const above = this.threadBtn.hidden ? this.thread.head.offsetHeight : 0;
    this.root.style.setProperty('--rp-reserve', Math.ceil(top + above + this.foot.offsetHeight + 20) + 'px');
    this.place.settle();
    this.putMarking();
  }

  putMarking() {
    if (!this.marking.open) return;
    const column = this.place.column(this.marking.mark.side).getBoundingClientRect();
    const holder = this.holder.getBoundingClientRect();
    this.marking.el.style.left = Math.max(0, column.left - holder.left) + 'px';
    this.marking.el.style.width = Math.min(column.width, holder.width) + 'px';
  }

  // --- what the rater says

  change(act) {
    if (this.waiting || this.data.state === 'feedback') return;
    act(this.said);
    this.alert('');
    this.drafts.changed();
    this.draw();
  }

  draw() {
    const { said } = this;
    this.ballot.draw(said, this.data.state);
    this.place.drawFailed?.(said.failed);
    for (const list of this.place.markLists()) list.draw(said.marks, said.begun);
    this.paintMarks();
  }

  paintMarks() {
    const spans = severity => this.said.marks.filter(mark => mark.span && mark.severity === severity);
    const ranges = marks => marks.flatMap(mark => this.textAt(mark)?.rangesOf([mark.span]) ?? []);
    paint('wb-minor', ranges(spans('minor')));
    paint('wb-breaks', ranges(spans('breaks')));
    const { mark, open } = this.marking;
    paint('wb-new', open && mark.span ? ranges([mark]) : []);
  }

  choose(k) {
    const n = this.data.sides.length;
    this.change(said => {
      const had = said.ranking.indexOf(k);
      if (n === 2) said.ranking = [k];
      else if (had >= 0) said.ranking = said.ranking.slice(0, had);
      else said.ranking = [...said.ranking, k];
      if (n > 2 && said.ranking.length === n - 1 && had < 0) {
        said.ranking.push([...Array(n).keys()].find(one => !said.ranking.includes(one)));
      }
      said.verdict = said.ranking.length === 1 ? 'best' : said.ranking.length === n ? 'rank' : null;
    });
  }

  unrank() {
    const n = this.data.sides.length, { ranking } = this.said;
    if (n < 3 || !ranking.length) return;
    this.choose(ranking[ranking.length === n ? n - 2 : ranking.length - 1]);
  }

  chooseNone(verdict) { this.change(said => { said.verdict = verdict; said.ranking = []; }); }

  setSure(confidence) {
    this.change(said => { said.confidence = said.confidence === confidence ? null : confidence; });
  }

  toggleReason(words) {
    this.change(said => {
      said.reasons = said.reasons.includes(words) ? said.reasons.filter(one => one !== words) : [...said.reasons, words];
    });
  }

  score(k, criterion, score, keep = false) {
    this.change(said => {
      const scores = said.rubric[k] ??= {};
      if (scores[criterion] === score && !keep) delete scores[criterion]; else scores[criterion] = score;
    });
  }

  setFailed(k, turn) {
    if (!this.data.study.whole) return;
    this.setActive(k);
    this.change(said => { if (said.failed[k] === turn) delete said.failed[k]; else said.failed[k] = turn; });
  }

  // A message was pressed.
  pointAt(side, n) { this.marking.point(side, n); }

  showMark(mark) {
    this.setActive(mark.side);
    if (mark.message) this.place.show(mark.side, mark.message);
    const range = mark.span && this.textAt(mark)?.rangesOf([mark.span])[0];
    if (range) range.startContainer.parentElement.scrollIntoView({ block: 'nearest' });
  }

  setActive(side) {
    this.active = side;
    this.place.setActive(side);
  }

  selectionMoved(side) {
    this.place?.markLists().forEach((list, k) => list.selected(k === side));
    if (side !== null) this.setActive(side);
  }

  // --- telling the server

  emit(event) { this.send({ ...event, nonce: Math.random().toString(36).slice(2) + Date.now().toString(36) }); }

  entered() { return { item: this.data.item, said: this.said, active_ms: this.time.ms }; }

  // Something that the server answers; until then nothing else is sent.
  press(event) {
    if (this.waiting) return;
    this.drafts.sent();
    this.waiting = setTimeout(() => {
      this.answered();
      this.alert('The server has not answered yet. What you entered is kept; press again, a vote counts once.');
    }, NO_ANSWER_MS);
    this.root.classList.add('wb-waiting');
    this.emit(event);
  }

  answered() {
    clearTimeout(this.waiting);
    this.waiting = null;
    this.root.classList.remove('wb-waiting');
  }

  submit() {
    if (this.data.state === 'feedback') { this.next(); return; }
    const { said } = this;
    if (!said.verdict) {
      const begun = said.ranking.length > 1;
      this.alert(begun ? 'Rank all answers, or take ranks back until one is best.' : 'Choose first: an answer, a tie or all bad.');
      return;
    }
    const { begun } = said;
    if (begun?.kind && this.toldOf !== said.edits) {
      this.toldOf = said.edits;
      this.marking.resume('This mark is not finished. Finish it, or close it and submit again without it.');
      return;
    }
    this.press({ t: 'submit', ...this.entered() });
  }

  undo() { if (!this.undoBtn.disabled) this.press({ t: 'undo', ...this.entered() }); }

  next() { this.press({ t: 'next', ...this.entered() }); }

  pause() { this.press({ t: 'pause', ...this.entered() }); }

  // --- keys

  key(e) {
    if (!this.root.isConnected || !this.place) return;
    const at = e.composedPath()[0];
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && !document.querySelector('[role=dialog]')) {
      this.submit();
    } else if (this.marking.open && this.marking.el.contains(at)) {
      this.marking.key(e);
      e.stopPropagation();
      return;
    } else if (e.key === 'Escape' && this.root.contains(at) && isTyping(e) && !at.closest('dialog')) {
      this.root.focus({ preventScroll: true });          // what was typed stays
    } else if (e.key === 'Enter' && at.matches?.('a[data-u]') && this.root.contains(at)) {
      at.click();
    } else if (!mayAct(e) || (!this.keysOn && e.key !== '?') || !this.act(e, at)) return;
    e.preventDefault();
    e.stopPropagation();
  }

  act(e, at) {
    const digit = digitOf(e), sure = sureOf(e), sides = this.data.sides.length;
    if (e.repeat && !MOVES.test(e.key)) return true;
    if (!Number.isNaN(sure)) this.setSure(sure);
    else if (!Number.isNaN(digit)) {
      if (this.ballot.scoreKey(digit)) return true;
      if (digit === 0) this.chooseNone('tie');
      else if (digit === 9) this.chooseNone('all_bad');
      else if (digit <= sides) this.choose(digit - 1);
    } else if (e.key === 'Enter') {
      if (at.closest?.('button, select, summary')) return false;
      this.submit();
    } else return this.letter(e.key);
    return true;
  }

  letter(key) {
    const rows = this.place instanceof Rows, { at } = this.place;
    if (key === 'Backspace') this.unrank();
    else if (key === 'Escape' && this.marking.open) this.marking.close();
    else if (key === 'm') this.marking.start(this.active);
    else if (key === 'h') this.setActive((this.active + 1) % this.data.sides.length);
    else if (key === 'f' && rows) { if (at) this.setFailed(this.active, at); }
    else if (key === 'F' && rows) this.setFailed(this.active, 0);
    else if (key === 's') this.ballot.toScores();
    else if (key === 'r') this.ballot.toReasons();
    else if (key === 'c') this.ballot.comment.focus();
    else if (key === 'u') this.undo();
    else if (key === 'b') { if (this.data.back) this.press({ t: 'back', ...this.entered() }); }
    else if (key === 'n') { if (this.data.state !== 'new') this.next(); }
    else if (key === 'x') { if (this.data.state === 'new') openSkip(this); }
    else if (key === 'p') this.pause();
    else if (key === 'j' || key === 'k') this.place.go(key === 'j' ? 1 : -1);
    else if (key === 'g') this.place.jump();
    else if (key === '/') this.find.open();
    else if (key === 'i') { if (this.data.study.instructions) openInstructions(this); }
    else if (key === '?') openKeySheet(this, VOTING);
    else return false;
    return true;
  }

  setKeys(on) { this.keysOn = on; store('rp-keys', on); }

  // --- telling the rater

  say(sentence) { this.live.textContent = sentence; }

  alert(sentence) { setText(this.alertBox, sentence); this.alertBox.hidden = !sentence; }

  close() {
    this.drafts.flush();
    this.ac.abort();
    this.answered();
    this.drafts.close();
    this.find?.close();
    this.resize.disconnect();
    for (const name of ['wb-minor', 'wb-breaks', 'wb-new']) paint(name, []);
    VIEWS.delete(this.root);
  }
}

// Called by Streamlit when the element is mounted and again after every rerun.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.rp');
  const send = event => setTriggerValue('event', event);
  let view = VIEWS.get(root);
  if (view) { view.send = send; view.configure(data); } else VIEWS.set(root, view = new VoteView(root, data, send));
  return () => view.close();
}
