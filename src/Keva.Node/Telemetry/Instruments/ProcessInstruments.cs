using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Keva.Actors;
using Keva.Node.Hosting;

namespace Keva.Node.Telemetry.Instruments;

/// <summary><c>keva_actor_…</c>, <c>keva_build_info</c>, <c>keva_uptime_seconds</c>: the program itself.</summary>
internal static class ProcessInstruments
{
    /// <param name="meter">Where the instruments are made.</param>
    /// <param name="actors">The node's actors; null before there are any.</param>
    /// <param name="uptime">Time since the node started.</param>
    public static void Add(Meter meter, Func<ActorSystem?> actors, Func<TimeSpan> uptime)
    {
        meter.CreateObservableGauge(
            "keva_actor_mailbox_depth",
            () => MailboxDepths.Of(actors()).Select(depth => Measure.Of((long)depth.Messages, "actor", depth.Actor)),
            description: "Messages that wait at an actor.");
        meter.CreateObservableCounter(
            "keva_actor_dead_letters_total", () => actors()?.DeadLetterCount ?? 0, description: "Messages to actors that had ended.");
        meter.CreateObservableGauge(
            "keva_build_info",
            () => new Measurement<long>(
                1,
                new KeyValuePair<string, object?>("version", NodeVersion.Text),
                new KeyValuePair<string, object?>("runtime", RuntimeInformation.FrameworkDescription)),
            description: "Always 1; its labels say what runs.");
        meter.CreateObservableGauge("keva_uptime_seconds", () => uptime().TotalSeconds, "s", "Time since the node started.");
    }
}
