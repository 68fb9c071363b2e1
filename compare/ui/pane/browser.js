// What the browser keeps between visits, and the addresses that it opens only after asking.

// A browser may refuse to keep anything; the switches then start as they are.
const stored = (name, fallback) => {
  try { return JSON.parse(localStorage.getItem(name)) ?? fallback; } catch { return fallback; }
};
const store = (name, value) => {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* kept for this view only */ }
};

const openLink = e => {
  const link = e.target.closest?.('a[data-u]');
  if (!link) return;
  e.preventDefault();
  const address = link.dataset.u;
  if (!/^https?:\/\//i.test(address)) return;
  if (confirm('Open this address from a text of the thread or a model?\n\n' + address)) {
    window.open(address, '_blank', 'noopener,noreferrer');
  }
};
