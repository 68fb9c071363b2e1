// What comes over the page and goes again: the instructions, and the reason for which an item is skipped.

const openSheet = (view, name, ...kids) => {
  const sheet = el('dialog', 'rp-sheet wb-sheet', { role: 'dialog', 'aria-label': name });
  sheet.append(el('header', '', {}, el('h2', '', {}, name)), ...kids);
  sheet.addEventListener('close', () => sheet.remove());
  view.root.append(sheet);
  sheet.showModal();
  return sheet;
};

const openInstructions = (view, onClose = () => {}) => {
  const { study } = view.data;
  const lines = study.instructions.split(/\n+/).filter(Boolean).map(line => el('p', '', { dir: 'auto' }, line));
  const all = study.criteria.length > 1 ? [el('p', 'wb-hint', {}, 'Scored from 1 (poor) to 4 (good): ' + study.criteria.join(', ') + '.')] : [];
  const begin = button('rp-btn rp-first', 'Begin', {}, () => sheet.close());
  const sheet = openSheet(view, study.name, el('p', '', {}, el('b', '', {}, study.question)), ...lines, ...all,
    el('footer', '', {}, begin, el('p', 'wb-hint wb-keyed', {}, '? lists the keys.')));
  sheet.addEventListener('close', onClose);
  begin.focus();
};

const openSkip = view => {
  const reason = el('input', 'rp-query', { type: 'text', maxlength: 500, 'aria-label': 'Reason', placeholder: 'Why this item cannot be rated' });
  const hint = el('p', 'wb-hint', { role: 'status' });
  const skip = () => {
    if (!reason.value.trim()) { setText(hint, 'Say why, so that the owner can mend it; a few words will do.'); return; }
    sheet.close();
    view.press({ t: 'skip', item: view.data.item, reason: reason.value.trim(), active_ms: view.time.ms });
  };
  reason.addEventListener('keydown', e => { if (e.key === 'Enter' && !e.isComposing) { e.preventDefault(); skip(); } });
  const sheet = openSheet(view, 'Skip this item', reason, hint,
    el('footer', '', {}, button('rp-btn rp-first', 'Skip', {}, skip), button('rp-btn', 'Keep it', {}, () => sheet.close())));
  reason.focus();
};
