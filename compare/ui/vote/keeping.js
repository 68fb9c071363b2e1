// What must not be lost: time in which the rater did something, and what was entered so far.

const IDLE_MS = 60_000;       // a longer pause between two movements is no work on the item
const SAVE_AFTER_MS = 600, BEAT_MS = 60_000;

class ActiveTime {
  constructor() { this.stop(); }

  begin(total) { this.total = total; this.last = document.hidden ? null : performance.now(); this.on = true; }

  stop() { this.on = false; this.total = 0; this.last = null; }

  // The rater moved, typed or scrolled.
  moved() {
    if (!this.on || document.hidden) return;
    this.total = this.ms;
    this.last = performance.now();
  }

  away() { this.total = this.ms; this.last = null; }

  get ms() { return Math.round(this.total + (this.last === null ? 0 : Math.min(performance.now() - this.last, IDLE_MS))); }
}

const NOTHING_SAID = { verdict: null, ranking: [], confidence: null, reasons: [], comment: '', marks: [], rubric: {},
  failed: {}, begun: null, edits: 0 };

// A draft goes to the server a moment after each change. The tab keeps a copy of its own, so that not even a reload in
// that moment loses anything; the one with more edits is the newer.
class Drafts {
  constructor(view) {
    Object.assign(this, { view, item: null, sentAt: 0, due: 0 });
    this.beat = setInterval(() => this.keepAlive(), BEAT_MS);
  }

  read(item, draft) {
    clearTimeout(this.due);
    this.due = 0;
    this.item = item;
    const own = this.local();
    const newer = own && (own.edits ?? 0) > (draft?.edits ?? 0) ? own : draft;
    return structuredClone({ ...NOTHING_SAID, ...newer });
  }

  changed() {
    const { said } = this.view;
    said.edits += 1;
    try { sessionStorage.setItem('wb-vote-' + this.item, JSON.stringify(said)); } catch { /* the server keeps it */ }
    clearTimeout(this.due);
    this.due = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  save() {
    clearTimeout(this.due);
    this.due = 0;
    if (!this.item || this.view.waiting) return;
    this.sentAt = performance.now();
    this.view.emit({ t: 'draft', ...this.view.entered() });
  }

  flush() { if (this.due) this.save(); }

  // Reading is work too: the item stays reserved and the time is kept.
  keepAlive() {
    const { time, data } = this.view;
    const worked = time.last !== null && performance.now() - time.last < BEAT_MS;
    if (worked && data.state === 'new' && performance.now() - this.sentAt >= BEAT_MS - 1000) this.save();
  }

  local() {
    try { return JSON.parse(sessionStorage.getItem('wb-vote-' + this.item)); } catch { return null; }
  }

  sent() {
    clearTimeout(this.due);
    this.due = 0;
  }

  forget(item) { try { sessionStorage.removeItem('wb-vote-' + item); } catch { /* never kept */ } }

  close() { clearInterval(this.beat); clearTimeout(this.due); }
}
