// Theme, shortcuts, copying and announcements. Everything else is native HTML or htmx.
(() => {
  const d = document, root = d.documentElement, id = x => d.getElementById(x), all = x => d.querySelectorAll(x);
  const on = (type, listener) => d.addEventListener(type, listener);
  const say = text => { id('live').textContent = text; };
  const saved = localStorage.theme;
  if (saved) root.dataset.bsTheme = saved;
  const flip = () => {
    const now = root.dataset.bsTheme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    const theme = localStorage.theme = root.dataset.bsTheme = now === 'dark' ? 'light' : 'dark';
    d.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`; // so that the next page comes in it
  };
  on('click', e => {
    const b = e.target.closest('[data-theme-toggle],[data-copy],[commandfor]');
    if (!b) return;
    const dialog = id(b.getAttribute('commandfor')), box = b.closest('[data-copy-root]') || b.parentElement;
    if ('themeToggle' in b.dataset) { e.preventDefault(); return flip(); }
    if (dialog) return 'command' in b || (b.getAttribute('command') === 'close' ? dialog.close() : dialog.showModal());
    const text = b.dataset.copy || box.querySelector('code,pre')?.textContent || '';
    navigator.clipboard?.writeText('exact' in b.dataset ? text : text.trim()).then(() => say(b.dataset.copied || 'Copied'));
  });
  on('change', e => {
    if (e.target.matches('[data-keys-toggle]')) localStorage.keys = e.target.checked ? 'on' : 'off';
    if (e.target.matches('[data-check-all]')) for (const c of e.target.form.querySelectorAll('td input[type=checkbox]')) c.checked = e.target.checked;
  });
  const step = n => {
    const r = [...all('table.rows>tbody>tr:has(>th[scope=row])')], at = r.findIndex(x => x.contains(d.activeElement));
    r[Math.min(r.length - 1, Math.max(0, at + n))]?.querySelector('a.id, summary, a, button')?.focus();
  };
  const keys = {
    '/': e => { e.preventDefault(); id('q')?.focus(); },
    '?': () => id('keys')?.showModal(),
    j: () => step(1),
    k: () => step(-1),
    t: flip,
    x: () => d.activeElement.closest('tr')?.querySelector('input[type=checkbox]')?.click(),
  };
  let g = 0;
  on('keydown', e => {
    if (localStorage.keys === 'off' || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input:not([type=checkbox]),textarea,select,[contenteditable],dialog')) return;
    const marked = name => d.querySelector(`[data-${name}="${CSS.escape(e.key)}"]`), go = Date.now() - g < 900 && marked('go');
    g = e.key === 'g' ? Date.now() : 0;
    if (go) go.click();
    else if (keys[e.key]) keys[e.key](e);
    else marked('key')?.click();
  });
  const trouble = xhr => {
    const box = id('problem'), words = /^text\/plain/.test(xhr?.getResponseHeader('content-type')) && xhr.responseText;
    if (!box) return;
    box.querySelector('div').textContent = words || box.dataset[xhr?.status] || box.dataset[xhr?.status ? 500 : 0];
    box.hidden = false;
  };
  on('htmx:responseError', e => trouble(e.detail.xhr));
  on('htmx:sendError', () => trouble());
  let lost; // whether a swap takes away what had the focus
  on('htmx:beforeSwap', e => {
    lost = d.activeElement !== d.body && e.detail.target.contains(d.activeElement);
    id('problem')?.setAttribute('hidden', '');
  });
  on('htmx:afterSettle', e => {
    const t = e.target, live = t.closest('[data-live]') || t.querySelector('[data-live]');
    if (live) say(live.dataset.live);
    const h = lost && d.activeElement === d.body && t.querySelector('h1,h2');
    if (h) { h.tabIndex = -1; h.focus({ preventScroll: true }); }
  });
  setInterval(() => { for (const c of all('[data-seconds]')) c.textContent = Math.max(0, c.textContent - 1); }, 1000);
  on('DOMContentLoaded', () => { for (const c of all('[data-keys-toggle]')) c.checked = localStorage.keys !== 'off'; });
})();
