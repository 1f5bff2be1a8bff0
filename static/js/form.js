// Forms of connections: types by keyboard, fields and JSON in step, files read into their field.
(() => {
  const d = document, on = (type, listener) => d.addEventListener(type, listener);
  const say = text => { d.getElementById('live').textContent = text; };
  const fill = (field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })); };
  on('keydown', e => {
    const menu = e.target.closest('#types'), step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!menu) return;
    if (e.key === 'Enter' && e.target.type === 'search') { e.preventDefault(); menu.querySelector('[value=find]').click(); }
    if (!step) return;
    e.preventDefault();
    const all = [...menu.querySelectorAll('[type=search],[name=type]')];
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(e.target) + step))].focus();
  });

  // An autofocus would be tried, in vain, on a closed list that a fragment brings along.
  d.addEventListener('toggle', e => { if (e.target.id === 'types') e.target.querySelector('input').focus(); }, true);
  // The button that asks for another form is of use once another type is typed.
  const retype = () => {
    for (const b of d.querySelectorAll('[data-retype]')) b.hidden = b.form.conn_type.value.trim() === b.dataset.retype;
  };
  on('input', retype);
  on('htmx:afterSettle', retype);
  retype();

  // What a field shows of a value; nothing where it has to stay in the JSON.
  const shown = (kind, value) => {
    const type = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
    if (kind === 'text') return type === 'string' && value;
    if (kind === 'integer') return Number.isInteger(value) && String(value);
    return kind === type && (type === 'object' || type === 'list' ? JSON.stringify(value, null, 2) : String(value));
  };
  const squeezed = text => text.replace(/("(?:\\.|[^"\\])*")|\s+/g, '$1');
  const move = area => {
    let found;
    try { found = JSON.parse(area.value); } catch { return; }
    // A key that stands twice or too long a number would get lost: the server moves those.
    if (JSON.stringify(found) !== squeezed(area.value) || !found || found.constructor !== Object) return;
    let moved = false;
    for (const [key, value] of Object.entries(found)) {
      const field = d.getElementById(`id_x-${key}`), text = field && shown(field.dataset.kind, value), was = field?.value;
      if (!text) continue;
      field.value = text;
      if (field.value !== text) { field.value = was; continue; }
      delete found[key];
      moved = true;
    }
    if (!moved) return;
    fill(area, Object.keys(found).length ? JSON.stringify(found, null, 2) : 'kept' in area.dataset ? '{}' : '');
  };
  on('change', e => {
    const file = e.target.dataset.into && e.target.files[0];
    if (e.target.name === 'extra') move(e.target);
    if (!file) return;
    if (file.size > 65536) return say(e.target.dataset.large);
    file.text().then(text => { fill(d.getElementById(e.target.dataset.into), text); say(e.target.dataset.done); });
  });
})();
