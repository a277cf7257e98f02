// The key browser: lists keys by their beginning, and shows, sets and deletes one.

import { byId, element, keepChildren, setAttribute, setText } from './dom.js';
import { bytes, count, plural, span } from './format.js';
import { deleteKey, listKeys, readKey } from './requests.js';
import { Editor } from './editor.js';
import { bestForm, shownAs, textOf } from './values.js';

const pageSize = 100;
const editableBytes = 64 * 1024;

export class KeyBrowser {
  #origin;
  #prefix = '';
  #pages = ['']; // what each page, up to the one that is shown, begins behind
  #keys = [];
  #selected = null;
  #value = null; // what is shown, with its key: for a moment, that may still be the one that was selected before
  #formChosenFor = null; // the key for which the form that suits its value was chosen
  #editor;
  #reads = 0;

  /** @param origin gives the node that is asked */
  constructor(origin) {
    this.#origin = origin;
    this.#editor = new Editor(origin, (key) => this.#afterChange(key));
    byId('search').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#prefix = byId('prefix').value;
      this.#pages = [''];
      this.#list();
    });
    byId('next').addEventListener('click', () => this.#turn(() => this.#pages.push(this.#keys.at(-1).key)));
    byId('previous').addEventListener('click', () => this.#turn(() => this.#pages.pop()));
    byId('key-list').addEventListener('keydown', (event) => this.#onKeyDown(event));
    byId('key-list').addEventListener('click', (event) => {
      const row = event.target.closest('[role=option]');
      if (row) {
        this.#select(row.dataset.key);
      }
    });
    byId('value-form').addEventListener('change', () => this.#showValue());
    byId('new-key').addEventListener('click', () => this.#editor.open(this.#prefix, ''));
    byId('reload-value').addEventListener('click', () => this.#read());
    byId('edit-value').addEventListener('click', () => this.#editor.open(this.#value.key, textOf(this.#value.bytes), this.#value));
    byId('delete-value').addEventListener('click', () => this.#askToDelete());
    byId('confirm-cancel').addEventListener('click', () => byId('confirm').close());
    byId('confirm-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#delete();
    });
  }

  /** The view came to the front. */
  open() {
    this.#list();
  }

  async #list() {
    const read = ++this.#reads;
    try {
      const page = await listKeys(this.#origin(), this.#prefix, this.#pages.at(-1), pageSize);
      if (read === this.#reads) {
        this.#showPage(page);
      }
    } catch (failure) {
      setText(byId('page-text'), failure.message);
    }
  }

  #turn(move) {
    move();
    this.#list();
    byId('key-list').scrollTop = 0;
  }

  #showPage(page) {
    this.#keys = page.keys;
    setText(byId('list-source'), `as applied on ${page.node}, revision ${count(page.revision)}`);
    const rows = page.keys.length > 0 ? page.keys : [{ key: null, text: this.#prefix === '' ? 'No keys yet.' : 'No keys begin with this.' }];
    keepChildren(byId('key-list'), rows, (item) => item.key ?? `\0${item.text}`, (item) => createRow(item), (row, item) => updateRow(row, item));
    this.#markSelected();
    const first = (this.#pages.length - 1) * pageSize + 1;
    setText(byId('page-text'), page.keys.length === 0 ? '' : `${count(first)} – ${count(first + page.keys.length - 1)}${page.more ? ', more follow' : ''}`);
    byId('previous').disabled = this.#pages.length === 1;
    byId('next').disabled = !page.more;
  }

  #onKeyDown(event) {
    const at = this.#keys.findIndex(({ key }) => key === this.#selected);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#keys.length - 1 }[event.key];
    if (target !== undefined && this.#keys.length > 0) {
      event.preventDefault();
      this.#select(this.#keys[Math.min(Math.max(target, 0), this.#keys.length - 1)].key);
    } else if (event.key === 'Delete' && this.#value?.key === this.#selected) {
      this.#askToDelete();
    }
  }

  #select(key) {
    this.#selected = key;
    this.#markSelected();
    this.#read();
  }

  #markSelected() {
    for (const row of byId('key-list').children) {
      const isSelected = row.dataset.key === this.#selected;
      setAttribute(row, 'aria-selected', row.getAttribute('role') === 'option' ? isSelected : null);
      if (isSelected) {
        setAttribute(byId('key-list'), 'aria-activedescendant', row.id);
        row.scrollIntoView({ block: 'nearest' });
      }
    }
  }

  async #read() {
    const key = this.#selected;
    try {
      const value = await readKey(this.#origin(), key);
      if (key === this.#selected) {
        this.#value = value && { ...value, key };
        if (value && this.#formChosenFor !== key) {
          this.#formChosenFor = key;
          document.querySelector(`#value-form input[value=${bestForm(value.bytes)}]`).checked = true;
        }

        this.#showValue();
      }
    } catch (failure) {
      setText(byId('value-note'), failure.message);
    }
  }

  #showValue() {
    const value = this.#value;
    byId('value').hidden = value === null;
    byId('value-empty').hidden = value !== null;
    if (value === null) {
      setText(byId('value-empty'), this.#selected === null ? 'Choose a key.' : 'There is no such key any more.');
      setText(byId('value-note'), '');
      return;
    }

    const form = document.querySelector('#value-form input:checked').value;
    const { text, note } = shownAs(value.bytes, form);
    const line = this.#keys.find(({ key }) => key === value.key);
    const facts = [
      ['Size', bytes(value.bytes.length)],
      ['Revision', count(Number(value.revision))],
      ['Set', line ? plural(line.version, 'time', 'times') : ''],
      ['Read', value.consistency === 'stale' ? `stale, ${value.age === null || value.age === 'unknown' ? 'of unknown age' : `at most ${span(Number(value.age) * 1000)} old`}` : value.consistency],
      ['From', value.node ?? ''],
    ].filter(([, fact]) => fact !== '');
    keepChildren(byId('value-facts'), facts, ([name]) => name, ([name]) => element('div', {}, element('dt', {}, name), element('dd')), (row, [, fact]) => setText(row.lastElementChild, fact));
    setText(byId('value-key'), value.key);
    setText(byId('value-text'), text);
    setText(byId('value-note'), note);
    const isEditable = value.bytes.length <= editableBytes && textOf(value.bytes) !== null;
    byId('edit-value').disabled = !isEditable;
    setAttribute(byId('edit-value'), 'title', isEditable ? null : 'Only text of up to 64 KiB can be changed here; use keva kv set.');
  }

  #askToDelete() {
    setText(byId('confirm-key'), this.#value.key);
    setText(byId('confirm-note'), '');
    byId('confirm').showModal();
    byId('confirm-cancel').focus();
  }

  async #delete() {
    try {
      await deleteKey(this.#origin(), byId('confirm-key').textContent);
      byId('confirm').close();
      this.#value = null;
      this.#showValue();
      setText(byId('value-note'), `Deleted ${byId('confirm-key').textContent}.`);
      this.#selected = null;
      setText(byId('value-empty'), 'Choose a key.');
      this.#list();
    } catch (failure) {
      setText(byId('confirm-note'), failure.message);
    }
  }

  #afterChange(key) {
    this.#list();
    this.#select(key);
  }
}

let rowNumber = 0;

function createRow(item) {
  return item.key === null
    ? element('p', { class: 'empty' }, item.text)
    : element('div', { role: 'option', id: `key-${rowNumber++}`, 'aria-selected': 'false' }, element('span', { class: 'key-text' }), element('span', { class: 'quiet number' }));
}

function updateRow(row, item) {
  if (item.key !== null) {
    setText(row.firstElementChild, item.key);
    setAttribute(row.firstElementChild, 'title', item.key);
    setText(row.lastElementChild, bytes(item.bytes));
  }
}
