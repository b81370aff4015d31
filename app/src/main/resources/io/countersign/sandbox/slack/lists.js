// Lists that change while somebody reads them: only what is new is drawn, and focus stays.

const drawn = new WeakMap();

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** Draws items into a list in their order; a node whose content is the same stays untouched. */
export function keyed(list, items, keyOf, contentOf, drawOne) {
  const old = new Map();
  for (const node of [...list.children]) {
    if (drawn.has(node)) old.set(drawn.get(node).key, node);
    else node.remove();
  }
  const nodes = items.map(item => {
    const key = keyOf(item);
    const content = JSON.stringify(contentOf(item));
    const known = old.get(key);
    old.delete(key);
    if (known && drawn.get(known).content === content) return known;
    const node = drawOne(item);
    drawn.set(node, {key, content});
    if (known) replace(known, node);
    return node;
  });
  old.forEach(gone => gone.remove());
  nodes.forEach((node, i) => {
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
  });
}

/** The focus, and what was unfolded, are handed on to the new node. */
function replace(old, fresh) {
  const unfolded = [...old.querySelectorAll('details')].map(details => details.open);
  [...fresh.querySelectorAll('details')].forEach((details, i) => {
    details.open = unfolded[i] ?? false;
  });
  const place = placeOf(old, document.activeElement);
  old.replaceWith(fresh);
  if (place) focusAt(fresh, place);
}

/** Which part of a message or form has the focus, so that it is found again in a newer one. */
export function placeOf(root, element) {
  if (!element || !root.contains(element)) return null;
  const index = [...root.querySelectorAll(FOCUSABLE)].indexOf(element);
  return {action: element.dataset.action, index, tag: element.tagName};
}

export function focusAt(root, place) {
  const all = [...root.querySelectorAll(FOCUSABLE)];
  const same = place.action ? all.find(one => one.dataset.action === place.action)
    : all[place.index]?.tagName === place.tag ? all[place.index] : null;
  (same ?? root).focus({preventScroll: true});
}
