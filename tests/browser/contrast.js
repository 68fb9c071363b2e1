// Every text on the page whose contrast against what lies behind it is below 4.5:1, as [ratio, where, text].
() => {
  const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const read = colour => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = c => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const behind = node => {
    const layers = [];
    for (; node; node = node.parentElement) {
      // The value of a slider stands above its thumb, not on it.
      if (node.matches(':has(> [data-testid=stSliderThumbValue])')) continue;
      layers.push(read(getComputedStyle(node).backgroundColor));
      if (layers.at(-1)[3] > 0.99) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 1]);
  };
  const opacity = node => node ? getComputedStyle(node).opacity * opacity(node.parentElement) : 1;
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const words = [...node.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('').trim();
    const field = node.matches('input:not([type=radio], [type=range]), textarea') && (node.value || node.placeholder);
    if (!words && !field) continue;
    if (node.closest('script, style, noscript, [disabled], [aria-disabled=true], [aria-hidden=true]')) continue;
    const { width, height } = node.getBoundingClientRect();
    if (width < 2 || height < 2 || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const under = behind(node);
    const colour = read(getComputedStyle(node, field && !node.value ? '::placeholder' : null).color);
    colour[3] *= opacity(node);
    const [low, high] = [luminance(over(colour, under)), luminance(under)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    const where = (node.closest('[data-testid]')?.dataset.testid ?? '') + ' ' + node.tagName;
    if (ratio < 4.5) found.push([Math.round(ratio * 100) / 100, where, (words || field).slice(0, 40)]);
  }
  return found;
}
