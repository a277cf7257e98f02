using System.Diagnostics.Metrics;
using Keva.Node.State;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_store_…</c>: what is stored.</summary>
internal static class StoreInstruments
{
    public static void Add(Meter meter, StoreStatistics store)
    {
        meter.CreateObservableGauge("keva_store_keys", () => store.Keys, description: "Keys that this node has.");
        meter.CreateObservableGauge("keva_store_bytes", () => store.Bytes, "By", "Bytes of all keys and values.");
        meter.CreateObservableGauge("keva_store_revision", () => store.Revision, description: "The revision of the store: how many changes there were.");
        meter.CreateObservableGauge("keva_store_changed_keys", () => store.DirtyKeys, description: "Keys that changed since the last checkpoint began.");
        meter.CreateObservableGauge("keva_store_changed_bytes", () => store.DirtyBytes, "By", "Bytes that changed since the last checkpoint began.");
        meter.CreateObservableGauge(
            "keva_store_waiting_read_batches", () => store.WaitingReads, description: "Batches of reads for which this node has not applied enough yet.");
    }
}
