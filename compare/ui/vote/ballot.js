// What the rater says: the choice, how sure, scores, the first turn that failed, reasons and a comment.

const ORDINALS = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th'];
const SURE = ['guessing', 'fairly sure', 'certain'];

class Ballot {
  constructor(view, data) {
    Object.assign(this, { view, data, n: data.sides.length });
    const pressed = { 'aria-pressed': 'false' };
    const choice = act => button('wb-choice', '', pressed, e => { act(); this.letGo(e); });
    this.choices = data.sides.map((side, k) => this.keyed(choice, this.n > 2 ? side.name : `${side.name} is best`, k + 1,
      () => view.choose(k)));
    this.tie = this.keyed(choice, 'Tie', 0, () => view.chooseNone('tie'));
    this.bad = this.keyed(choice, this.n > 2 ? 'All bad' : 'Both bad', 9, () => view.chooseNone('all_bad'));
    this.sure = SURE.map((words, k) => button('rp-btn wb-chip', words, { ...pressed, title: `Shift + ${k + 1}` },
      e => { view.setSure(k + 1); this.letGo(e); }));
    this.reasons = data.reasons.map(words => button('rp-btn wb-chip', words, pressed, () => view.toggleReason(words)));
    this.comment = el('textarea', 'rp-query wb-comment', { rows: 1, maxlength: 5000, placeholder: 'Comment',
      'aria-label': 'Comment', title: 'Comment (c)' });
    this.comment.addEventListener('input', () => view.change(said => { said.comment = this.comment.value; }));
    this.send = button('rp-btn rp-first wb-send', '', {}, e => { view.submit(); this.letGo(e); });
    this.status = el('span', 'wb-status', { role: 'status' });
    this.yours = el('p', 'wb-yours', { hidden: '' });
    this.scores = data.study.criteria.length > 1 ? this.rubric() : [];
    this.failed = data.study.whole ? data.sides.map((side, k) => this.firstFailed(side, k)) : [];
    this.feedback = el('div', 'wb-feedback', { role: 'status', hidden: '' });
    this.form = el('div', 'wb-form', {}, ...this.lines());
    this.el = el('section', 'wb-ballot', { 'aria-label': 'Your vote' }, this.question(), this.form, this.feedback);
  }

  // A press by mouse or finger leaves the keys to the page: Enter then submits.
  letGo(e) { if (e.detail) e.currentTarget.blur(); }

  keyed(make, label, key, act) {
    const made = make(act);
    made.append(el('span', '', {}, label), el('kbd', '', {}, String(key)));
    return made;
  }

  question() {
    const { study, practice } = this.data;
    const words = el('h2', 'wb-question', {}, study.question);
    if (practice) words.append(el('span', 'rp-badge', {}, 'practice'));
    if (this.n > 2) words.append(el('small', '', {}, 'Press the answers in their order, best first; only the first one is enough.'));
    return el('header', '', {}, words, this.yours);
  }

  lines() {
    const group = (name, cls, ...kids) => el('div', cls, { role: 'group', 'aria-label': name }, ...kids);
    const first = el('div', 'wb-line wb-verdict', {}, group('Vote', 'wb-choices', ...this.choices, this.tie, this.bad),
      group('How sure', 'wb-chips wb-sure', ...this.sure), this.status, this.send);
    const more = [];
    if (this.failed.length) more.push(group('First turn that failed', 'wb-line wb-firsts', el('span', 'wb-name', {}, 'First failed turn'), ...this.failed.map(one => one.el)));
    if (this.scores.length) more.push(el('div', 'wb-line wb-scores', {}, ...this.scores.map(one => one.el)));
    const says = el('div', 'wb-line', {}, group('Reasons', 'wb-chips wb-reasons', ...this.reasons), this.comment);
    return [first, ...more, says];
  }

  rubric() {
    return this.data.study.criteria.map(criterion => {
      const sides = this.data.sides.map((side, k) => {
        const scores = [1, 2, 3, 4].map(score => button('rp-btn', String(score), { 'aria-pressed': 'false' },
          () => this.view.score(k, criterion, score)));
        const group = el('span', 'wb-score', { role: 'group', tabindex: -1, 'data-side': k, 'aria-label': `${criterion}, answer ${side.name}` },
          el('b', '', {}, side.name), ...scores);
        return { k, scores, group };
      });
      return { criterion, sides, el: el('div', 'wb-criterion', {}, el('span', 'wb-name', {}, criterion), ...sides.map(one => one.group)) };
    });
  }

  firstFailed(side, k) {
    const words = el('span', 'wb-turn');
    const none = button('rp-btn wb-chip', 'none', { 'aria-pressed': 'false', title: 'No turn failed (Shift + F)' },
      () => this.view.setFailed(k, 0));
    return { words, none, el: el('span', 'wb-score', {}, el('b', '', {}, side.name), words, none) };
  }

  draw(said, state) {
    const is = (node, on) => node.setAttribute('aria-pressed', String(on));
    this.choices.forEach((node, k) => {
      const place = said.ranking.indexOf(k);
      is(node, place >= 0);
      if (this.n > 2) setText(node.querySelector('span'), place < 0 ? this.data.sides[k].name : `${this.data.sides[k].name} ${ORDINALS[place]}`);
    });
    is(this.tie, said.verdict === 'tie');
    is(this.bad, said.verdict === 'all_bad');
    this.sure.forEach((node, k) => is(node, said.confidence === k + 1));
    this.reasons.forEach((node, k) => is(node, said.reasons.includes(this.data.reasons[k])));
    if (this.comment.value !== said.comment) this.comment.value = said.comment;
    for (const { criterion, sides } of this.scores) {
      for (const { k, scores } of sides) scores.forEach((node, s) => is(node, said.rubric[k]?.[criterion] === s + 1));
    }
    this.failed.forEach(({ words, none }, k) => {
      const turn = said.failed[k];
      setText(words, turn ? `turn ${turn}` : turn === 0 ? '' : 'press a turn');
      words.classList.toggle('wb-set', Boolean(turn));
      is(none, turn === 0);
    });
    setText(this.send, state === 'voted' ? 'Change vote' : 'Submit');
    this.form.hidden = state === 'feedback';
  }

  // Another vote of one's own is on screen: what was said, and what others said.
  tellVoted({ state, yours, others }) {
    this.yours.hidden = state !== 'voted';
    if (state !== 'voted') return;
    const act = (label, does) => button('rp-btn', label, {}, does);
    const theirs = others.length ? 'Others: ' + others.join('; ') : 'Nobody else has voted on it yet.';
    this.yours.replaceChildren(el('span', '', {}, `You said: ${yours}. ${theirs}`),
      act('Take back (u)', () => this.view.undo()), act('Next item (n)', () => this.view.next()));
  }

  tellFeedback(feedback) {
    this.feedback.hidden = !feedback;
    if (!feedback) return;
    const words = el('p', '', {}, el('b', '', {}, feedback.line), feedback.why ? ' ' + feedback.why : '');
    this.feedback.dataset.right = feedback.right;
    this.feedback.replaceChildren(words, button('rp-btn rp-first', 'Next item', { title: 'Enter' }, () => this.view.next()));
  }

  // By keyboard: digits score what has the focus and go on to the next.
  scoreKey(digit) {
    const groups = this.scores.flatMap(one => one.sides.map(side => ({ criterion: one.criterion, ...side })));
    const k = groups.findIndex(one => one.group.contains(document.activeElement));
    if (k < 0 || !(digit >= 1 && digit <= 4)) return false;
    this.view.score(groups[k].k, groups[k].criterion, digit, true);
    (groups[k + 1]?.group ?? this.view.root).focus({ preventScroll: true });
    return true;
  }

  toScores() { this.scores[0]?.sides[0].group.focus(); }

  toReasons() { this.reasons[0].focus(); }
}
