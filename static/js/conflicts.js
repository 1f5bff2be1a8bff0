// A second click on an id takes its drawer away again, before htmx would fetch another one.
document.addEventListener('click', e => {
  const link = e.target.closest('.matrix tbody a.id'), row = link?.closest('tr'), below = row?.nextElementSibling;
  if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
  const open = below?.matches('.open');
  link.setAttribute('aria-expanded', !open);
  if (!open) return;
  below.remove();
  e.preventDefault();
  e.stopPropagation();
}, true);
