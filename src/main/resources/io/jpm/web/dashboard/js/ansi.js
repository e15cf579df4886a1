// Terminal colours. Converts log lines to pieces of text with class names. Removes all other control
// sequences and makes other control characters visible.

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const SEQUENCE = /\u001b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]+[0-~]|[0-Z\\^_`-~]|)/g;

function visible(text) {
  return text
    .replace(/\r/g, '')
    .replace(/[\u0000-\u0008\u000a-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** @returns pieces `{text, style}`, the style a class or empty */
export function pieces(line) {
  const found = [];
  let style = '';
  let from = 0;
  const add = (text) => {
    if (text !== '') {
      found.push({ text: visible(text), style });
    }
  };
  for (const sequence of line.matchAll(SEQUENCE)) {
    add(line.slice(from, sequence.index));
    from = sequence.index + sequence[0].length;
    if (sequence[2] === 'm') {
      style = changed(style, sequence[1]);
    }
  }
  add(line.slice(from));
  return found;
}

function changed(style, parameters) {
  const numbers = parameters.split(';').map(Number);
  let [colour, bold] = [/ink-\w+/.exec(style)?.[0] ?? '', style.includes('bold')];
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i];
    if (n === 0) {
      [colour, bold] = ['', false];
    } else if (n === 1) {
      bold = true;
    } else if (n === 22) {
      bold = false;
    } else if (n === 39) {
      colour = '';
    } else if ((n >= 30 && n <= 37) || (n >= 90 && n <= 97)) {
      colour = `ink-${COLOURS[n % 10]}`;
    } else if (n === 38 || n === 48) {
      i += numbers[i + 1] === 5 ? 2 : 4; // Palettes of 256 or more colours are ignored.
    }
  }
  return [colour, bold ? 'bold' : ''].filter((part) => part !== '').join(' ');
}

/** Returns only the text of a line, for searching. */
export function plain(line) {
  return line.includes('\u001b') ? visible(line.replace(SEQUENCE, '')) : visible(line);
}
