// The preview: secrets shown for a minute at most, and the tab that was chosen stays when a new answer comes.
(() => {
  const d = document, all = selector => d.querySelectorAll(selector);
  let until = 0;
  const tabs = {}; // of each group of tabs the one in front
  const draw = () => {
    const shown = Date.now() < until;
    for (const text of all('[data-clear]')) {
      text.hidden = !shown;
      text.previousElementSibling.hidden = shown;
    }
    for (const button of all('[data-show]')) button.setAttribute('aria-pressed', shown);
    for (const tab of Object.values(tabs)) if (d.getElementById(tab)) d.getElementById(tab).checked = true;
  };
  const hide = () => {
    until = 0;
    draw();
  };
  d.addEventListener('click', e => {
    if (!e.target.closest('[data-show]')) return;
    e.preventDefault();
    until = Date.now() < until ? 0 : Date.now() + 60_000;
    draw();
  });
  const isTab = e => /^tab(-|$)/.test(e.target.name);
  d.addEventListener('change', e => { if (isTab(e)) tabs[e.target.name] = e.target.id; });
  // Another tab is no other text, so that nothing is asked for.
  d.addEventListener('input', e => { if (isTab(e)) e.stopPropagation(); }, true);
  d.addEventListener('htmx:afterSwap', draw);
  setInterval(() => { if (until && Date.now() >= until) hide(); }, 500);
  d.addEventListener('visibilitychange', () => { if (d.hidden) hide(); });
  addEventListener('blur', hide);
  addEventListener('pagehide', hide);
})();
