// Values on the screen: hidden again when their time is up or the page is left; and passwords to look at.
(() => {
  const d = document, DOTS = '••••••••';
  let due = 0;
  const note = () => d.querySelector('[data-hide]');
  const peeked = () => d.querySelectorAll('[data-peeked]');
  const arm = () => {
    const n = note();
    due = n || peeked().length ? Date.now() + (n ? n.dataset.after : 60) * 1000 : 0;
  };
  // Of forms only what was asked to be shown is veiled; what was typed stays.
  const veil = () => {
    for (const i of peeked()) {
      if (i.tagName === 'INPUT') i.type = 'password'; else i.classList.add('veil');
      i.removeAttribute('data-peeked');
      d.querySelector(`[data-peek="${i.id}"]`)?.setAttribute('aria-pressed', false);
    }
  };
  const wipe = () => { for (const v of d.querySelectorAll('[data-value]')) v.textContent = DOTS; veil(); };
  const hide = () => {
    const n = note();
    due = 0;
    wipe();
    if (!n) return;
    n.removeAttribute('data-hide');
    d.getElementById('live').textContent = n.dataset.hidden;
    if ('alone' in n.dataset || !window.htmx) location.replace(n.dataset.back);
    else if (n.dataset.masked) window.htmx.ajax('GET', n.dataset.masked, { target: '#fields', swap: 'innerHTML' });
    else d.getElementById('fields').replaceChildren();
  };
  d.addEventListener('DOMContentLoaded', arm);
  d.addEventListener('htmx:afterSettle', e => { if (!due || e.target.id === 'fields') arm(); });
  // Failures of our own fragments say what happened in the place of the answer.
  d.addEventListener('htmx:beforeSwap', e => {
    if (!e.detail.xhr.getResponseHeader('HX-Reswap')) return;
    e.detail.shouldSwap = true;
    e.detail.isError = false;
  });
  setInterval(() => { if (due && Date.now() >= due) hide(); }, 500);
  d.addEventListener('visibilitychange', () => { if (d.hidden) hide(); });
  addEventListener('blur', hide);
  addEventListener('pagehide', wipe);
  d.addEventListener('click', e => {
    const b = e.target.closest('[data-hide-now],[data-peek]');
    if (!b) return;
    if ('hideNow' in b.dataset) { e.preventDefault(); return hide(); }
    const i = d.getElementById(b.dataset.peek), shown = i.type === 'password';
    i.type = shown ? 'text' : 'password';
    i.toggleAttribute('data-peeked', shown);
    b.setAttribute('aria-pressed', shown);
    arm();
  });
})();
