// The last minutes, second by second, as far as this page has seen them.

import { merged, quantile, total } from './latency.js';

const kept = 300;

export class History {
  points = [];

  /** Notes what the nodes that answer say at this moment. */
  add(at, pictures) {
    const traffics = [...pictures.values()].map((picture) => picture.traffic).filter((traffic) => traffic.interval_ms > 0);
    const perSecond = (name) => traffics.reduce((sum, traffic) => sum + (total(traffic[name]) * 1000) / traffic.interval_ms, 0);
    const reads = merged(traffics.map((traffic) => traffic.reads));
    const writes = merged(traffics.map((traffic) => traffic.writes));
    this.points.push({
      at,
      readRate: traffics.length > 0 ? perSecond('reads') : null,
      writeRate: traffics.length > 0 ? perSecond('writes') : null,
      failureRate: traffics.reduce((sum, traffic) => sum + (traffic.failed * 1000) / traffic.interval_ms, 0),
      readLatency: quantile(reads, 0.99),
      writeLatency: quantile(writes, 0.99),
      readMedian: quantile(reads, 0.5),
      writeMedian: quantile(writes, 0.5),
    });
    if (this.points.length > kept) {
      this.points.shift();
    }
  }

  get last() {
    return this.points.at(-1) ?? null;
  }
}

export const shownMs = kept * 1000;
