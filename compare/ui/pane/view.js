// The whole element: loads the snapshot, follows the stream, keeps the panes in step, takes keys. Entry point: the end.

const POLL_AFTER_ERRORS = 3, POLL_MS = 1000, RETRY_MS = 1000, LINE_PX = 20;
const META_LINES = [[250, 4], [350, 3], [680, 2], [Infinity, 1]];  // pane width below, lines of numbers to reserve
const VIEWS = new WeakMap();

class View {
  constructor(root, data, send) {
    Object.assign(this, { root, data, send, panes: [], queue: [], v: 0, running: false, errors: 0, loading: null });
    this.ac = new AbortController();
    this.sync = stored('rp-sync', true);
    this.keysOn = stored('rp-keys', true);
    this.build();
    this.configure(data);
    this.clock = setInterval(() => this.tick(), 1000);
    this.load();
  }

  // --- building

  build() {
    this.live = el('div', 'rp-sr', { role: 'status', 'aria-live': 'polite' });
    this.progress = el('span', 'rp-progress', { role: 'status' });
    this.alertBox = el('div', 'rp-alert', { role: 'alert', hidden: '' });
    const toggle = (cls, label, title, flip) => button('rp-switch ' + cls, label, { title }, flip);
    this.syncBtn = toggle('rp-sync', 'Sync scroll', 'Scroll all answers together (s)', () => this.setSync(!this.sync));
    this.keysBtn = button('rp-switch rp-keys', 'Keys', { title: 'Every key of this screen (?)' },
      () => openKeySheet(this));
    this.thread = new ThreadView(n => this.edit(n));
    this.threadBtn = toggle('rp-thread-btn', 'Thread', 'Show the thread beside the answers',
      () => this.thread.setOpen(!this.thread.open));
    this.find = new Find(this);
    this.marks = new Marks(this);
    this.thread.onToggle = open => this.threadBtn.setAttribute('aria-pressed', String(open));
    this.thread.setOpen(this.thread.open);
    this.thread.onOwn = n => { this.lead = null; for (const pane of this.panes) goTo(pane, n); };
    this.answers = el('div', 'rp-answers', { role: 'group', 'aria-label': 'Answers' });
    this.swipe = new Swipe(this);
    this.turns = new Turns(this);
    this.grid = el('div', 'rp-grid', {}, this.thread.el, this.answers, this.turns.el);
    const bar = el('div', 'rp-bar', { role: 'toolbar', 'aria-label': 'Reading' },
      this.turns.btn, this.turns.jump, this.threadBtn, this.syncBtn, this.marks.btn, this.swipe.el, this.progress, this.keysBtn);
    this.root.replaceChildren(bar, this.alertBox, this.grid, this.live);
    this.setSync(this.sync);
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(this.answers);
    this.listen(window, 'keydown', e => this.key(e), { capture: true });
    this.listen(this.root, 'click', e => openLink(e));
    this.listen(document, 'visibilitychange', () => this.flush());
  }

  listen(target, type, handler, options = {}) {
    target.addEventListener(type, handler, { signal: this.ac.signal, ...options });
  }

  makePanes(n) {
    this.panes = Array.from({ length: n }, (_, i) => new Pane(this, i));
    const columns = n <= 4 ? n : Math.ceil(n / 2);
    this.root.style.setProperty('--rp-cols', columns);
    this.root.classList.toggle('rp-rows', n > columns);
    this.answers.replaceChildren(...this.panes.map(p => p.el));
    this.swipe.make();
    this.turns.make();
    for (const pane of this.panes) {
      this.resize.observe(pane.meta);
      for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown', 'focusin']) {
        this.listen(pane.body, type, () => { this.lead = pane; pane.moved(); }, { passive: true });
      }
      this.listen(pane.body, 'scroll', () => this.scrolled(pane), { passive: true });
    }
  }

  // Reserves the numbers' lines for all panes alike, from the beginning and also before a blind vote, so that nothing
  // jumps when they come and the headers line up.
  fit() {
    const width = this.panes[0]?.el.clientWidth || 0;
    const lines = PHONE.matches ? 2 : META_LINES.find(([below]) => width < below)[1];
    // A phone shows two lines, as high as its button must be anyway; the rest is behind the tap.
    const needed = PHONE.matches ? [] : this.panes.map(p => Math.round(p.metaHeight / LINE_PX));
    this.root.style.setProperty('--rp-meta', LINE_PX * Math.max(lines, ...needed) + 'px');
    this.thread.keepEnd();
    for (const pane of this.panes) { pane.fitNote(); pane.keepPlace(); }
  }

  configure(data) {
    const again = data.rev !== this.data.rev || data.n !== this.data.n;
    this.data = data;
    if (!this.panes.length || (again && this.panes.length !== data.n)) this.makePanes(data.n);
    this.root.style.setProperty('--rp-reserve', data.reserve + 'px');
    this.root.classList.toggle('rp-without-thread', !data.thread);
    this.root.classList.toggle('rp-without-actions', !data.actions);
    this.panes.forEach(p => p.draw());
    if (again) this.load();
  }

  // --- the run

  async load() {
    if (this.loading) { this.loadAgain = true; return; }
    this.loading = this.fetchSnapshot();
    const snapshot = await this.loading;
    this.loading = null;
    if (this.ac.signal.aborted) return;
    if (snapshot) this.apply(snapshot);
    if (this.loadAgain) { this.loadAgain = false; this.load(); }
  }

  async fetchSnapshot() {
    try {
      const answer = await fetch(this.data.url + '/snap', { signal: this.ac.signal });
      if (answer.ok) { this.alert(''); return await answer.json(); }
      this.stopFollowing();
      this.alert(await answer.text());
      this.grid.hidden = !this.shown;
    } catch {
      if (this.ac.signal.aborted) return null;
      this.alert('The server cannot be reached. Trying again.');
      setTimeout(() => this.ac.signal.aborted || this.load(), RETRY_MS);
    }
    return null;
  }

  apply(s) {
    const first = !this.shown, wasRunning = this.running, uncovered = this.hidden && !s.hidden;
    this.shown = true;
    this.hidden = s.hidden;
    this.v = s.v;
    this.grid.hidden = false;
    if (s.panes.length !== this.panes.length) this.makePanes(s.panes.length);
    this.answers.setAttribute('aria-label', s.title ? 'Answers: ' + s.title : 'Answers');
    this.setProgress(s.progress);
    this.root.classList.toggle('rp-hidden-run', s.hidden);
    this.thread.apply(s.thread);
    s.panes.forEach((p, i) => this.panes[i].apply(p));
    this.thread.offer(ownMessages(this.panes));
    this.turns.apply(s);
    drawTimes(this.panes);
    this.find.refresh();
    this.fit();
    for (const pane of this.panes) {
      if (uncovered || (first && !s.running)) pane.toStart();
      else if (pane.follow && LIVE.has(pane.state)) pane.toEnd();
    }
    if (s.running) {
      this.marks.clear();
      this.running = true;
      this.followStream();
      this.flush();
    } else if (wasRunning || (first && this.data.running)) {
      // Also where it ended between the drawing of the page and this look: the page still believes that it runs.
      this.running = true;
      this.ended();
    } else { this.stopFollowing(); this.marks.load(); }
  }

  followStream() {
    if (this.es || this.poll) return;
    const es = this.es = new EventSource(this.data.url + '/events?v=' + this.v);
    es.onmessage = e => {
      this.errors = 0;
      this.alert('');
      if (!this.queue.length) (document.hidden ? queueMicrotask : requestAnimationFrame)(() => this.flush());
      this.queue.push(e);
    };
    es.onerror = () => {
      if (this.es !== es) return;
      this.errors += 1;
      const refused = es.readyState === EventSource.CLOSED;
      if (refused) { es.close(); this.es = null; this.load(); }
      if (this.errors >= POLL_AFTER_ERRORS) this.startPolling();
    };
  }

  // A proxy may hold streams back; asking for the snapshot each second is dearer, but it works everywhere.
  startPolling() {
    this.es?.close();
    this.es = null;
    this.poll ??= setInterval(() => this.load(), POLL_MS);
  }

  stopFollowing() {
    this.es?.close();
    clearInterval(this.poll);
    this.es = this.poll = null;
    this.queue = [];
  }

  ended() {
    if (!this.running) return;
    this.running = false;
    this.stopFollowing();
    this.marks.load();
    this.emit({ t: 'done' });
  }

  flush() {
    if (this.loading) return;
    const queue = this.queue, touched = new Set();
    this.queue = [];
    for (const e of queue) {
      const number = +e.lastEventId;
      if (number <= this.v) continue;                     // contained in the snapshot, or sent twice after a cut
      this.v = number;
      for (const op of JSON.parse(e.data)) this.take(op, touched);
    }
    if (touched.size) drawTimes(this.panes);
    for (const pane of touched) { pane.draw(); this.turns.news(pane); if (pane.follow) pane.body.scrollTop = pane.body.scrollHeight; }
  }

  take([i, op, a, b, c], touched) {
    if (op === 'p') this.setProgress(a);
    else if (op === 'x') this.load();
    else if (op === 'z') this.ended();
    const pane = this.panes[i];
    if (!pane || pane.versions.past !== null) return;
    touched.add(pane);
    if (op === 'a') pane.append(a);
    else if (op === 'b') pane.block(a, b, c);
    else if (op === 'r') pane.replace(a, b);
    else if (op === 's') pane.setState(a, b || '');
    else if (op === 'n') pane.setNumbers(a);
    else if (op === 'l') pane.time.set([a, b, c]);
    else if (op === 'h') pane.heard();
    else if (op === 't') pane.setThinks(true);
  }

  tick() {
    if (!this.running) return;
    for (const pane of this.panes) {
      pane.draw();
      if (pane.rawOn && LIVE.has(pane.state)) pane.readRaw();
      if (pane.thinkOn && LIVE.has(pane.state)) pane.readThinking();
      if (pane.details.open && LIVE.has(pane.state)) pane.details.read();
    }
  }

  // A text that the server has; what it says instead is shown.
  async ask(path) {
    try {
      const answer = await fetch(`${this.data.url}/${path}`, { signal: this.ac.signal });
      // text() would drop a byte order mark.
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer());
      if (answer.ok) return text;
      this.alert(text);
    } catch { if (!this.ac.signal.aborted) this.alert('The server cannot be reached. The text was not read.'); }
    return null;
  }

  emit(event) { this.send({ ...event, nonce: Math.random().toString(36).slice(2) }); }

  // For screen readers: one sentence when an answer ends, not token by token.
  say(sentence) { this.live.textContent = sentence; }

  setProgress(line) { setText(this.progress, line); this.progress.title = line; }

  alert(sentence) { setText(this.alertBox, sentence); this.alertBox.hidden = !sentence; }

  edit(n) { this.emit({ t: 'edit', n }); }

  // --- reading

  scrolled(pane) {
    if (this.lead !== pane) return;                       // only the pane that the reader moves leads
    pane.setFollow(pane.atEnd);
    if (!this.sync) return;
    for (const other of this.panes) {
      if (other !== pane) { other.moved(); other.setFollow(pane.follow); other.ratio = pane.ratio; }
    }
  }

  setSync(on) { this.sync = on; this.syncBtn.setAttribute('aria-pressed', String(on)); store('rp-sync', on); }

  setKeys(on) { this.keysOn = on; store('rp-keys', on); }

  key(e) {
    const at = e.composedPath()[0];
    if (e.key === 'Enter' && at.matches?.('.rp a[data-u]') && this.root.contains(at)) { at.click(); return; }
    if (!this.root.isConnected || holdBackVote(e, this.keysOn) || !mayAct(e)) return;
    if (!this.keysOn && e.key !== '?') return;
    const focused = this.panes.find(p => p.el.contains(document.activeElement));
    if (e.key === '?') openKeySheet(this);
    else if (e.key === 't' && !this.turns.btn.hidden) this.turns.set(!this.turns.on);
    else if (e.key === 'g') this.openJump();
    else if (this.turns.on) { if (!this.turns.key(e.key)) return; }
    else if (e.key === 'j' || e.key === 'k') this.scrollBy(e.key === 'j' ? 0.8 : -0.8, focused);
    else if (e.key === 's') this.setSync(!this.sync);
    else if (e.key === 'r') this.toggleRaw(focused ? [focused] : this.panes);
    else if (e.key === '/') this.find.open();
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  openJump() {
    if (this.turns.on) { this.turns.jump.focus(); return; }
    if (this.thread.jump.hidden || !this.data.thread) return;
    this.thread.setOpen(true);
    this.thread.jump.focus();
  }

  toggleRaw(panes) {
    const on = !panes[0].rawOn;
    for (const pane of panes) if (!pane.rawBtn.disabled) pane.setRaw(on);
  }

  scrollBy(pages, focused) {
    const moved = focused ? [focused] : this.sync ? this.panes.slice(0, 1) : this.panes;
    for (const pane of moved) {
      this.lead = moved.length === 1 ? pane : null;
      pane.moved();
      pane.body.scrollTop += pages * pane.body.clientHeight;
      pane.setFollow(pane.atEnd);
    }
  }

  close() {
    this.ac.abort();
    this.marks.close();
    this.find.close();
    clearInterval(this.clock);
    this.resize.disconnect();
    this.stopFollowing();
    VIEWS.delete(this.root);
  }
}

// Called by Streamlit when the element is mounted and again after every rerun.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.rp');
  const send = event => setTriggerValue('event', event);
  let view = VIEWS.get(root);
  if (view && view.data.run === data.run) { view.send = send; view.configure(data); } else {
    view?.close();
    VIEWS.set(root, view = new View(root, data, send));
  }
  return () => view.close();
}
