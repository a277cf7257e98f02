// Sets a key. Whoever would replace a value is asked first.

import { byId, setText } from './dom.js';
import { bytes, count } from './format.js';
import { readKey, setKey } from './requests.js';

export class Editor {
  #node;
  #onSet;
  #known = null; // what the value was when the editor was opened, or when its user was asked
  #agreed = null; // the key whose value the user has agreed to replace

  /**
   * @param node gives the node that is asked
   * @param onSet called with the key once it is set
   */
  constructor(node, onSet) {
    this.#node = node;
    this.#onSet = onSet;
    byId('editor-cancel').addEventListener('click', () => byId('editor').close());
    byId('editor-key').addEventListener('input', () => this.#note('', 'Set'));
    byId('editor-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  /** @param value what the key has now, if it is one that exists */
  open(key, text, value = null) {
    this.#known = value;
    this.#agreed = value === null ? null : key;
    byId('editor-key').value = key;
    byId('editor-key').readOnly = value !== null;
    byId('editor-value').value = text;
    setText(byId('editor-title'), value === null ? 'New key' : 'Change the value');
    this.#note('', value === null ? 'Set' : 'Replace');
    byId('editor').showModal();
    (value === null ? byId('editor-key') : byId('editor-value')).focus();
  }

  async #save() {
    const key = byId('editor-key').value;
    byId('editor-save').disabled = true;
    try {
      const present = await readKey(this.#node(), key);
      const isAsExpected = present === null || (this.#agreed === key && present.revision === this.#known?.revision);
      if (isAsExpected) {
        await setKey(this.#node(), key, byId('editor-value').value);
        byId('editor').close();
        this.#onSet(key);
      } else {
        this.#known = present;
        this.#agreed = key;
        this.#note(`The key has a value of ${bytes(present.bytes.length)}, set at revision ${count(Number(present.revision))}. Replace it?`, 'Replace');
      }
    } catch (failure) {
      this.#note(failure.message, byId('editor-save').textContent);
    } finally {
      byId('editor-save').disabled = false;
    }
  }

  #note(text, button) {
    setText(byId('editor-note'), text);
    setText(byId('editor-save'), button);
  }
}
