// Getting about: on a phone, where one answer fills the screen, a row of letters that shows which one it is and leads to
// the others; and the way to a message that stands in an answer's own conversation.

class Swipe {
  constructor(view) {
    this.view = view;
    this.el = el('div', 'rp-swipe', { role: 'group', 'aria-label': 'Go to answer' });
    view.answers.addEventListener('scroll', () => this.draw(), { passive: true });
  }

  make() {
    this.buttons = this.view.panes.map(pane => button('rp-to', pane.letter.textContent,
      { 'aria-label': 'Answer ' + pane.letter.textContent }, () => this.to(pane)));
    this.el.replaceChildren(...this.buttons);
    this.draw();
  }

  to(pane) {
    const { answers, panes } = this.view;
    answers.scrollTo({ left: pane.el.offsetLeft - panes[0].el.offsetLeft, behavior: 'smooth' });
  }

  draw() {
    const { answers, panes } = this.view;
    const left = panes[0].el.offsetLeft + answers.scrollLeft;
    const atEnd = answers.scrollLeft >= answers.scrollWidth - answers.clientWidth - 2 && answers.scrollLeft > 0;
    const far = pane => Math.abs(pane.el.offsetLeft - left);
    const at = atEnd ? panes.length - 1 : panes.indexOf(panes.reduce((a, b) => (far(b) < far(a) ? b : a)));
    this.buttons.forEach((to, k) => to.setAttribute('aria-current', String(k === at)));
  }
}

// The messages of the answers' own conversations: [{n, role}], each number once.
const ownMessages = panes => {
  const roles = new Map();
  for (const pane of panes) {
    for (const turn of pane.earlier.querySelectorAll('[data-n]')) roles.set(+turn.dataset.n, turn.dataset.role);
  }
  return [...roles].sort(([a], [b]) => a - b).map(([n, role]) => ({ n, role }));
};

const goTo = (pane, n) => {
  if (n === NEWEST) { pane.toStart(); return; }
  const turn = pane.earlier.querySelector(`[data-n="${n}"]`);
  if (!turn) return;
  pane.setRaw(false);
  pane.moved();
  pane.setFollow(false);
  pane.body.scrollTop = turn.offsetTop - 8;
  found(turn);
};
