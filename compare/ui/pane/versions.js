// Earlier versions of one answer: a pager above the buttons, where an answer was asked for more than once. An earlier
// version stands in the pane as it was, with its own numbers; what goes on with the newest is not drawn meanwhile.

class Versions {
  constructor(pane) {
    // Numbers count from 0. past: the earlier version shown; wanted: the one that is being read.
    Object.assign(this, { pane, newest: 0, past: null, wanted: null });
    const step = (sign, by, label) => button('rp-btn rp-step', sign, { 'aria-label': label, title: label },
      () => this.show(Math.max(0, Math.min(this.newest, (this.wanted ?? this.past ?? this.newest) + by))));
    this.back = step('\u2039', -1, 'Previous version');
    this.on = step('\u203a', 1, 'Next version');
    this.words = el('span', 'rp-version-no');
    this.warning = el('span', 'rp-version-note', {}, 'Earlier version. Votes count for the newest.');
    this.el = el('div', 'rp-versions', { role: 'group', hidden: '' }, this.back, this.words, this.on, this.warning);
    this.draw();
  }

  // What addresses of the pane's texts end with; nothing for the newest.
  get query() { return this.past === null ? '' : '?version=' + this.past; }

  // Whether the snapshot leaves the pane as it is: the reader looks at an earlier version of the same answer.
  keeps(p) {
    const same = this.past !== null && p.version === this.newest && p.state !== 'hidden';
    this.newest = p.version;
    if (!same) this.past = null;
    this.draw();
    if (same && p.label !== this.pane.label.textContent) this.show(this.past);   // now it may be seen with its numbers
    return same;
  }

  async show(k) {
    if (k === this.newest) return this.toNewest();
    const { view, index } = this.pane;
    this.wanted = k;
    const shown = await this.read(`${view.data.url}/version/${index}/${k}`, view);
    if (this.wanted !== k) return;   // another was chosen meanwhile
    this.wanted = null;
    if (shown === null || k >= this.newest) return;   // or the answer was covered
    this.past = k;
    this.shut(k);
    this.pane.put(shown);
    this.pane.toStart();
    if (!view.running) view.marks.load();
  }

  // What the server has there; null where it has nothing or cannot be reached, which the reader is told.
  async read(url, view) {
    try {
      const answer = await fetch(url, { signal: view.ac.signal });
      if (answer.ok) return await answer.json();
      view.alert(await answer.text());
    } catch {
      if (!view.ac.signal.aborted) view.alert('The server cannot be reached. The version was not read.');
    }
    return null;
  }

  // The run is asked how the newest stands: its news were not drawn.
  async toNewest() {
    this.wanted = null;
    if (this.past === null) return;
    this.past = null;
    this.shut(this.newest);
    await this.pane.view.load();
    if (!LIVE.has(this.pane.state)) this.pane.toStart();
  }

  // What was opened belongs to the version that goes.
  shut(k) {
    this.pane.version = k;
    this.pane.setThinking(false);
    this.pane.details.set(false);
    this.draw();
    this.tell();
  }

  tell() { this.pane.view.say(`${this.pane.name}, ${this.words.textContent}`); }

  draw() {
    const k = this.past ?? this.newest, focused = document.activeElement;
    this.el.hidden = !this.newest;
    this.el.setAttribute('aria-label', 'Versions of ' + (this.pane.name ?? 'the answer'));
    setText(this.words, `Version ${k + 1} of ${this.newest + 1}`);
    this.back.disabled = k === 0;
    this.on.disabled = this.past === null;
    if (focused?.disabled && this.el.contains(focused)) (focused === this.back ? this.on : this.back).focus();
    this.warning.hidden = this.past === null;
  }
}
