// The bar under a pane's header: where its time went. All panes of a run share one scale, the longest fills its bar.

const PHASES = [['waited', 'rp-t-wait'], ['thought', 'rp-t-think'], ['wrote', 'rp-t-write']];

class Timeline {
  constructor() {
    this.parts = PHASES.map(([, cls]) => el('span', cls));
    this.el = el('div', 'rp-time', { role: 'img' }, ...this.parts);
    this.set(null);
  }

  // The three phases in milliseconds, or null where there are none to show.
  set(phases) {
    this.phases = phases ?? [0, 0, 0];
    const said = PHASES.map(([word], k) => this.phases[k] && `${word} ${(this.phases[k] / 1000).toFixed(1)} s`);
    this.say(said.filter(Boolean).join(', '));
  }

  say(sentence) {
    const label = sentence || 'No times yet';
    if (this.el.getAttribute('aria-label') === label) return;
    this.el.title = sentence;
    this.el.setAttribute('aria-label', label);
  }

  get total() { return this.phases.reduce((a, b) => a + b); }

  draw(longest) {
    this.parts.forEach((part, k) => {
      const width = (longest ? 100 * this.phases[k] / longest : 0).toFixed(2) + '%';
      if (part.style.width !== width) part.style.width = width;
    });
  }
}

const drawTimes = panes => {
  const longest = Math.max(...panes.map(pane => pane.time.total));
  for (const pane of panes) pane.time.draw(longest);
};
