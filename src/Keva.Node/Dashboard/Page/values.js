// A value as text, as JSON, or as bytes.

const shownBytes = 64 * 1024;
const shownHexBytes = 8 * 1024;
const bytesPerLine = 16;

/** The value as text; null if it is none. */
export function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * @param form text, json or hex
 * @returns text to show, and a note on what it leaves out
 */
export function shownAs(bytes, form) {
  if (bytes.length === 0) {
    return { text: '', note: 'The value is empty.' };
  }

  if (form === 'hex') {
    return { text: hexOf(bytes.subarray(0, shownHexBytes)), note: restNote(bytes, shownHexBytes) };
  }

  const text = textOf(bytes);
  if (text === null) {
    return { text: hexOf(bytes.subarray(0, shownHexBytes)), note: `The value is not UTF-8, so here are its bytes. ${restNote(bytes, shownHexBytes)}`.trim() };
  }

  return form === 'json' ? jsonOf(text) : cut(text, '');
}

/** What suits the value best. */
export function bestForm(bytes) {
  const text = textOf(bytes);
  if (text === null) {
    return 'hex';
  }

  return /^\s*[[{]/.test(text) && isJson(text) ? 'json' : 'text';
}

function jsonOf(text) {
  return isJson(text) ? cut(JSON.stringify(JSON.parse(text), null, 2), '') : cut(text, 'The value is not JSON, so here it is as text.');
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function cut(text, note) {
  return text.length <= shownBytes ? { text, note } : { text: text.slice(0, shownBytes), note: `${note} Only the beginning is shown.`.trim() };
}

const restNote = (bytes, shown) => (bytes.length > shown ? `Only the first ${shown} bytes are shown.` : '');

function hexOf(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = [...bytes.subarray(at, at + bytesPerLine)];
    const digits = line.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = `${digits.slice(0, 8).join(' ')}  ${digits.slice(8).join(' ')}`;
    const letters = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${halves.padEnd(49)} ${letters}`);
  }

  return lines.join('\n');
}
