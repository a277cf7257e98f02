using System.Diagnostics.Metrics;
using Keva.Node.Telemetry.Warnings;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_warning…</c> and what is only seen by looking again and again.</summary>
internal static class WarningInstruments
{
    public static void Add(Meter meter, WarningBoard board, ClockRule clock, PauseRule pauses)
    {
        meter.CreateObservableGauge("keva_warning_active", () => Active(board), description: "1 while GET /v1/warnings shows the warning.");
        meter.CreateObservableCounter(
            "keva_warnings_total", () => board.Raised.Select(warning => Measure.Of(warning.Value, "code", warning.Key)), description: "How often a warning came.");
        meter.CreateObservableCounter("keva_clock_jumps_total", () => clock.Jumps, description: "How often the machine's clock jumped by a second or more.");
        meter.CreateObservableCounter("keva_process_pauses_total", () => pauses.Pauses, description: "How often this process stood still for two seconds or more.");
    }

    private static IEnumerable<Measurement<long>> Active(WarningBoard board)
    {
        var active = board.Current.Select(warning => warning.Code).ToHashSet(StringComparer.Ordinal);
        return board.Raised.Keys.Select(code => Measure.Of(Measure.Flag(active.Contains(code)), "code", code));
    }
}
