// Creates and changes elements. Text is only set as text, so the output of apps is never HTML.

/**
 * @param tag a name with classes: `button.quiet`
 * @param attributes `onclick` and the like are functions; false and null are left out
 * @param children elements and strings
 */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length > 0) {
    node.className = classes.join(' ');
  }
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      node.addEventListener(key.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(key, value === true ? '' : String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets the text, unless it is already set, so that a selection of the user remains. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Disables a button, with the reason in its title, where users and screen readers find it. */
export function allow(button, reason) {
  button.disabled = reason !== '';
  if (reason === '') {
    button.removeAttribute('title');
  } else {
    button.title = reason;
  }
}
