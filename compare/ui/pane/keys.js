// Every key of the screen on which a run is read, and the sheet that lists them ("?").
//
// To add a key: one line here, so that it can be found, and one in View.key (view.js), which asks `mayAct` first. Keys
// of Streamlit's own buttons (`shortcut=`) get their line here too. Letters and figures stand once: a test checks it.
const KEYS = [
  // [group, keys, what they do]
  ['Vote', ['1', '...', '8'], 'Answer A, B ... H is best'],
  ['Vote', ['0'], 'A tie'],
  ['Vote', ['9'], 'All bad'],
  ['Vote', ['U'], 'Undo the vote'],
  ['Read', ['j'], 'Scroll down'],
  ['Read', ['k'], 'Scroll up'],
  ['Read', ['s'], 'Sync scroll on or off'],
  ['Read', ['r'], 'Raw text on or off'],
  ['Read', ['g'], 'Go to a message or a turn'],
  ['Read', ['t'], 'Turn by turn, where a conversation has gone on'],
  ['Read', ['/'], 'Find in the thread and the answers'],
  ['Run', ['Ctrl', 'Shift', 'X'], 'Stop all answers'],
  ['Run', ['?'], 'This list'],
];

const FIELDS = /^(INPUT|TEXTAREA|SELECT)$/;
const VOTE_KEYS = /^[0-9u]$/i;

const isTyping = e => {
  const at = e.composedPath()[0];
  return e.isComposing || e.key === 'Process' || Boolean(at.isContentEditable) || FIELDS.test(at.tagName);
};

const withModifier = e => e.ctrlKey || e.metaKey || e.altKey;

// A closed <dialog> stands in the page until its close event has come.
const underDialog = () => document.querySelector('[role=dialog]:not(dialog:not([open]))') !== null;

// No key acts while somebody types, under a dialog, or as a part of a browser's own shortcut.
const mayAct = e => !isTyping(e) && !withModifier(e) && !underDialog();

// Streamlit's vote keys know nothing of dialogs and of our switch: they are held back before they get there.
const holdBackVote = (e, keysOn) => {
  if (!VOTE_KEYS.test(e.key) || withModifier(e) || isTyping(e)) return false;
  if (keysOn && !underDialog()) return false;
  e.stopImmediatePropagation();
  return true;
};

const keyCaps = keys => keys.flatMap((key, k) => {
  const plus = key.length > 1 && key !== '...';
  return [el(key === '...' ? 'span' : 'kbd', '', {}, key === '...' ? 'to' : key), k + 1 < keys.length && plus ? '+' : ' '];
});

const keyList = rows => {
  const groups = [...new Set(rows.map(([group]) => group))];
  return groups.map(group => el('section', '', {}, el('h3', '', {}, group),
    el('dl', '', {}, ...rows.filter(row => row[0] === group).map(([, keys, does]) =>
      el('div', '', {}, el('dt', '', {}, ...keyCaps(keys)), el('dd', '', {}, does))))));
};

// In the page only while it is open, so that `[role=dialog]` tells the truth.
const openKeySheet = (view, rows = KEYS) => {
  const sheet = el('dialog', 'rp-sheet', { role: 'dialog', 'aria-label': 'Keys' });
  const toggle = button('rp-switch', 'Single keys act', {}, () => { view.setKeys(!view.keysOn); show(); });
  const show = () => toggle.setAttribute('aria-pressed', String(view.keysOn));
  const close = button('rp-btn', 'Close', {}, () => sheet.close());
  sheet.append(el('header', '', {}, el('h2', '', {}, 'Keys'), close), ...keyList(rows),
    el('footer', '', {}, toggle, el('p', '', {}, 'They do nothing while you type or a dialog is open.')));
  sheet.addEventListener('keydown', e => { if (e.key === '?') sheet.close(); });
  sheet.addEventListener('click', e => { if (e.target === sheet) sheet.close(); });
  sheet.addEventListener('close', () => sheet.remove());
  show();
  view.root.append(sheet);
  sheet.showModal();
};
