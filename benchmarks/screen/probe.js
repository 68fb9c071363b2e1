// What a reader's screen showed and when: the newest stamp of each pane after every frame, long tasks, and answers to
// clicks. Times are milliseconds of the machine's clock, as the stamps are.

(() => {
  const PANES = '.rp-pane .rp-text, [class*="st-key-pane"] [data-testid="stMarkdownContainer"]';
  const newest = node => {
    for (let child = node.lastChild; child; child = child.previousSibling) {
      const found = child.nodeType === Node.TEXT_NODE
        ? child.data.slice(-400).match(/(?<!\d)\d{7}(?!\d)/g)?.at(-1)
        : newest(child);
      if (found) return found;
    }
    return null;
  };
  const now = () => performance.timeOrigin + performance.now();
  const probe = window.probe = { painted: [], longTasks: [], frames: 0, on: false };
  const shown = [];
  let dirty = false;

  probe.start = () => {
    Object.assign(probe, { painted: [], longTasks: [], frames: 0, on: true });
    shown.length = 0;
  };

  // A message that a frame's callback sends arrives when that frame is out, with all that was drawn for it. No frame is
  // asked for that the page would not draw anyway: empty ones would be counted as its work.
  const { port1, port2 } = new MessageChannel();
  const native = window.requestAnimationFrame.bind(window);
  let inFrame = false;
  const called = () => { if (!inFrame) { inFrame = true; port2.postMessage(0); } };
  window.requestAnimationFrame = callback => native(at => { called(); callback(at); });
  port1.onmessage = () => {
    inFrame = false;
    if (!dirty) return;
    dirty = false;
    if (!probe.on) return;
    probe.frames += 1;
    const at = now();
    document.querySelectorAll(PANES).forEach((pane, i) => {
      const stamp = newest(pane);
      if (stamp && stamp !== shown[i]) { shown[i] = stamp; probe.painted.push([i, at, +stamp]); }
    });
  };
  new MutationObserver(() => {
    if (!inFrame && !dirty) native(called);
    dirty = true;
  }).observe(document, { childList: true, subtree: true, characterData: true });
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) probe.longTasks.push([Math.round(task.startTime), Math.round(task.duration)]);
  }).observe({ type: 'longtask' });

  // From the next click or Enter to the first frame in which the page says `words`.
  probe.answered = words => new Promise(resolve => {
    let began = 0;
    const note = e => { if (e.type === 'click' || e.key === 'Enter') began ||= e.timeStamp; };
    for (const type of ['click', 'keydown']) window.addEventListener(type, note, { capture: true });
    const look = () => {
      if (began && document.body.textContent.includes(words)) {
        for (const type of ['click', 'keydown']) window.removeEventListener(type, note, { capture: true });
        resolve(performance.now() - began);
      } else requestAnimationFrame(look);
    };
    look();
  });

  // From the address to the first frame in which everything can be read.
  probe.readable = tests => new Promise(resolve => {
    const look = () => {
      const all = tests.every(([selector, n, words]) => {
        const found = [...document.querySelectorAll(selector)].filter(node => node.innerText.includes(words));
        return found.length >= n;
      });
      if (all) resolve(performance.now()); else requestAnimationFrame(look);
    };
    look();
  });
})();
