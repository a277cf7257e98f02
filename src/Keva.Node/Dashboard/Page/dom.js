// Makes and changes parts of the page. Text goes in as text only: nothing here parses markup.

const svgNamespace = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(svgNamespace, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }

  node.append(...children);
  return node;
}

/** Changes the text only if it is another: a screen reader repeats what is written, and a selection gets lost. */
export function setText(node, text) {
  const words = String(text);
  if (node.textContent !== words) {
    node.textContent = words;
  }
}

export function setAttribute(node, name, value) {
  if (value === null) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/**
 * Makes the children of a node those of the items, in their order. A child stays the same as long as its key is among them.
 * @param create makes the child of an item
 * @param update brings it up to date
 */
export function keepChildren(parent, items, keyOf, create, update) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = before.get(key);
    if (!child) {
      child = create(item);
      child.dataset.key = key;
    }

    before.delete(key);
    update(child, item);
    if (child === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(child, place);
    }
  }

  for (const child of before.values()) {
    child.remove();
  }
}
