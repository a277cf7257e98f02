// Two lines over the last minutes.

import { element, setAttribute, setText, shape, keepChildren } from './dom.js';
import { nothing, timeOfDay } from './format.js';
import { shownMs } from './history.js';

const height = 132;
const top = 8;
const bottom = 20;
const left = 52;
const right = 6;
const gapMs = 3000;
const wide = 480;

export class Chart {
  #series;
  #format;
  #axisFormat;
  #svg = shape('svg', { height, role: 'img' });
  #title = shape('title');
  #grid = shape('g', { class: 'grid-lines' });
  #marks = shape('g', { class: 'marks' });
  #lines;
  #cursor = shape('line', { class: 'cursor', y1: top, y2: height - bottom, visibility: 'hidden' });
  #values;
  #when = element('span', { class: 'quiet when' });
  #width = 600;
  #points = [];
  #moments = [];
  #now = 0;
  #pointerX = null;

  /**
   * @param series two of: name, className, value (of a point), note (of a point, under the value: text and level)
   * @param format numbers as text
   * @param axisFormat the same for the axis
   */
  constructor(parent, series, format, axisFormat) {
    this.#series = series;
    this.#format = format;
    this.#axisFormat = axisFormat;
    this.#lines = series.map(({ className }) => shape('path', { class: `line ${className}` }));
    this.#values = series.map(() => ({ value: element('b'), note: element('small', { class: 'quiet' }) }));
    const legend = element('div', { class: 'legend' }, ...series.map(({ name, className }, index) => element('span', { class: className }, element('i', { class: 'key', 'aria-hidden': 'true' }), `${name} `, this.#values[index].value, this.#values[index].note)), this.#when);
    this.#svg.append(this.#title, this.#grid, this.#marks, ...this.#lines, this.#cursor);
    parent.append(legend, this.#svg);
    new ResizeObserver(([entry]) => {
      this.#width = Math.max(200, Math.round(entry.contentRect.width));
      this.#draw();
    }).observe(parent);
    this.#svg.addEventListener('pointermove', (event) => {
      this.#pointerX = event.clientX - this.#svg.getBoundingClientRect().left;
      this.#draw();
    });
    this.#svg.addEventListener('pointerleave', () => {
      this.#pointerX = null;
      this.#draw();
    });
  }

  /** @param marks moments that stand out: at, level and text */
  show(points, marks, now) {
    this.#points = points;
    this.#now = now;
    this.#moments = marks.filter((mark) => mark.at > now - shownMs);
    this.#draw();
  }

  #drawMarks() {
    keepChildren(this.#marks, this.#moments, (mark) => mark.id, createMark, (line, mark) => {
      const x = this.#x(mark.at);
      setAttribute(line, 'x1', x);
      setAttribute(line, 'x2', x);
      setAttribute(line, 'class', `mark ${mark.level}`);
      setText(line.firstElementChild, mark.text);
    });
  }

  #draw() {
    setAttribute(this.#svg, 'width', this.#width);
    setAttribute(this.#svg, 'viewBox', `0 0 ${this.#width} ${height}`);
    const scale = niceScale(Math.max(0, ...this.#points.flatMap((point) => this.#series.map(({ value }) => value(point) ?? 0))));
    this.#drawGrid(scale);
    this.#drawMarks();
    this.#series.forEach(({ value }, index) => setAttribute(this.#lines[index], 'd', this.#path(value, scale)));
    this.#showValues();
  }

  #drawGrid({ step, highest }) {
    const levels = Array.from({ length: Math.round(highest / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
    const y = (level) => this.#y(level, highest);
    const texts = levels.map((level) => ({ key: `y${level}`, x: left - 8, y: y(level) + 3.5, text: this.#axisFormat(level), anchor: 'end', line: y(level) }));
    const minutes = (this.#width > wide ? [5, 4, 3, 2, 1] : [4, 2]).map((ago) => ({ key: `x${ago}`, x: this.#x(this.#now - ago * 60000), y: height - 5, text: `${ago} min ago`, anchor: ago === 5 ? 'start' : 'middle' }));
    const ends = { key: 'now', x: this.#width - right, y: height - 5, text: 'now', anchor: 'end' };
    keepChildren(this.#grid, [...texts, ...minutes, ends], (item) => item.key, () => shape('g', {}, shape('line'), shape('text')), (group, item) => {
      const [line, text] = group.children;
      setAttribute(line, 'visibility', item.line === undefined ? 'hidden' : 'visible');
      setAttribute(line, 'x1', left);
      setAttribute(line, 'x2', this.#width - right);
      setAttribute(line, 'y1', item.line ?? 0);
      setAttribute(line, 'y2', item.line ?? 0);
      setAttribute(text, 'x', item.x);
      setAttribute(text, 'y', item.y);
      setAttribute(text, 'text-anchor', item.anchor);
      setText(text, item.text);
    });
  }

  #path(value, { highest }) {
    let path = '';
    let before = null;
    for (const point of this.#points) {
      const number = value(point);
      if (number === null || point.at < this.#now - shownMs) {
        before = null;
        continue;
      }

      // Where nothing was measured there is no line.
      const x = this.#x(point.at);
      const y = this.#y(number, highest);
      path += before !== null && point.at - before < gapMs ? `L${x} ${y}` : `M${x} ${y}h0.01`;
      before = point.at;
    }

    return path;
  }

  #showValues() {
    const point = this.#pointerX === null ? this.#points.at(-1) : this.#nearest(this.#timeAt(this.#pointerX));
    this.#series.forEach(({ value, note }, index) => {
      const number = point ? value(point) : null;
      setText(this.#values[index].value, number === null ? nothing : this.#format(number));
      const { text, level } = (point && note?.(point)) || { text: '', level: null };
      setText(this.#values[index].note, text);
      setAttribute(this.#values[index].note, 'data-level', level);
    });
    setText(this.#when, this.#pointerX !== null && point ? timeOfDay(new Date(point.at)) : '');
    setAttribute(this.#cursor, 'visibility', this.#pointerX !== null && point ? 'visible' : 'hidden');
    if (point) {
      setAttribute(this.#cursor, 'x1', this.#x(point.at));
      setAttribute(this.#cursor, 'x2', this.#x(point.at));
    }

    setText(this.#title, this.#series.map(({ name }, index) => `${name}: ${this.#values[index].value.textContent}`).join('; '));
  }

  #nearest(time) {
    return this.#points.reduce((best, point) => (best === null || Math.abs(point.at - time) < Math.abs(best.at - time) ? point : best), null);
  }

  #x(at) {
    return Math.round((left + ((at - this.#now + shownMs) / shownMs) * (this.#width - left - right)) * 10) / 10;
  }

  #timeAt(x) {
    return this.#now - shownMs + ((x - left) / (this.#width - left - right)) * shownMs;
  }

  #y(number, highest) {
    return Math.round((top + (1 - number / highest) * (height - top - bottom)) * 10) / 10;
  }
}

function createMark() {
  return shape('line', { y1: top, y2: height - bottom }, shape('title'));
}

/** Three to five steps of 1, 2 or 5 times a power of ten. */
function niceScale(largest) {
  if (largest <= 0) {
    return { step: 1, highest: 2 };
  }

  const rough = largest / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  return { step, highest: step * Math.ceil(largest / step) };
}
