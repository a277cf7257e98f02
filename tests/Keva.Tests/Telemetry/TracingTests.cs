using System.Collections.Concurrent;
using System.Diagnostics;
using Keva.Journal;
using Keva.Node.Telemetry.Tracing;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Log;
using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Store.Commands;
using Keva.Tests.Gateway;

namespace Keva.Tests.Telemetry;

public sealed class TracingTests : IDisposable
{
    private static readonly ProposalOrigin Traced = new(77, 1);
    private readonly ActivityTraceId traceId = ActivityTraceId.CreateRandom();
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;

    public TracingTests()
    {
        // Other tests of the process make spans, too: only those of this trace are looked at.
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == KevaActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == traceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == traceId)
                {
                    ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    private ActivityContext Parent => new(traceId, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task A_request_is_a_span_below_its_traceparent_without_the_key()
    {
        await using var gateway = await TestGateway.StartAsync();
        var parent = ActivitySpanId.CreateRandom();
        var answer = await gateway.SendAsync("GET", "/v1/storage/key/private", $"traceparent: 00-{traceId}-{parent}-01\r\n");
        await WaitForAsync(1);
        var span = Assert.Single(ended);
        Assert.Equal(("GET /v1/storage/key/{key}", parent, ActivityKind.Server), (span.DisplayName, span.ParentSpanId, span.Kind));
        Assert.Equal(answer.Status, span.GetTagItem("http.response.status_code"));
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("private", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void The_journal_has_a_span_for_each_traced_write_until_it_is_durable()
    {
        var writes = new TracedWrites();
        var spans = new JournalSpans(writes);
        using var write = KevaActivity.StartElsewhere("set", ActivityKind.Internal, Parent)!;
        writes.Begin(Traced, write);
        spans.Enqueued(new JournalWrite(GroupId.Zero, 5, null, null, Entries(Traced, new ProposalOrigin(77, 2))));
        spans.Persisted(4);
        Assert.Empty(ended);
        spans.Persisted(5);
        Assert.Equal(("journal", write.SpanId), (Assert.Single(ended).DisplayName, Assert.Single(ended).ParentSpanId));
    }

    [Fact]
    public void A_peer_has_a_span_until_it_has_the_entries_on_disk()
    {
        var writes = new TracedWrites();
        var spans = new PeerSpans(writes);
        using var write = KevaActivity.StartElsewhere("set", ActivityKind.Internal, Parent)!;
        writes.Begin(Traced, write);
        var (host2, host3) = (Peer(2), Peer(3));
        foreach (var peer in (PeerHello[])[host2, host3])
        {
            var message = new AppendEntriesRequest(new Term(1), new EntryId(new LogIndex(9), new Term(1)), Entries(Traced), new LogIndex(9));
            spans.Sent(peer, message, spans.Begin(peer, message)!, wasSent: true);
        }

        spans.Accepted(host2.Node, new LogIndex(9));
        Assert.Empty(ended);
        spans.Accepted(host2.Node, new LogIndex(10));
        Assert.Equal(("replicate", "host2", ActivityStatusCode.Unset), Described(Assert.Single(ended)));
        spans.Lost(host3.Node);
        Assert.Equal(("replicate", "host3", ActivityStatusCode.Error), Described(ended.Last()));

        static (string Name, object? Peer, ActivityStatusCode Status) Described(Activity span) => (span.DisplayName, span.GetTagItem("keva.peer"), span.Status);
    }

    [Fact]
    public void A_forwarded_proposal_has_a_span_and_one_that_could_not_be_sent_failed()
    {
        var writes = new TracedWrites();
        var spans = new PeerSpans(writes);
        using var write = KevaActivity.StartElsewhere("set", ActivityKind.Internal, Parent)!;
        writes.Begin(Traced, write);
        var message = new ForwardProposals(new Term(1), [new Proposal(new ProposalId(Traced.Session, Traced.Sequence), Command(Traced))]);
        spans.Sent(Peer(2), message, spans.Begin(Peer(2), message)!, wasSent: true);
        spans.Sent(Peer(2), message, spans.Begin(Peer(2), message)!, wasSent: false);
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], ended.Select(span => span.Status));
        Assert.All(ended, span => Assert.Equal("forward", span.DisplayName));
    }

    [Fact]
    public void What_is_not_traced_any_more_makes_no_spans()
    {
        var writes = new TracedWrites();
        var spans = new PeerSpans(writes);
        using var write = KevaActivity.StartElsewhere("set", ActivityKind.Internal, Parent)!;
        writes.Begin(Traced, write);
        writes.End(Traced);
        Assert.True(writes.IsEmpty);
        Assert.Null(spans.Begin(Peer(2), new AppendEntriesRequest(new Term(1), EntryId.Zero, Entries(Traced), LogIndex.Zero)));
    }

    [Fact]
    public void A_span_that_ends_elsewhere_does_not_become_the_current_one()
    {
        var before = Activity.Current;
        using var span = KevaActivity.StartElsewhere("journal", ActivityKind.Internal, Parent);
        Assert.NotNull(span);
        Assert.Same(before, Activity.Current);
    }

    private static PeerHello Peer(ulong id) => Transport.Samples.Formed with { Node = new NodeId(id), Name = $"host{id}" };

    private static EntryBatch Entries(params ProposalOrigin[] origins) => new(
        [.. origins.Select((origin, i) => new LogEntry(new LogIndex(10 + i), new Term(1), EntryKind.Command, Command(origin)))]);

    private static byte[] Command(ProposalOrigin origin) => CommandCodec.Encode(origin, new SetCommand("key"u8.ToArray(), "value"u8.ToArray()));

    private async Task WaitForAsync(int spans)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (ended.Count < spans)
        {
            Assert.True(DateTime.UtcNow < deadline, "the span ends");
            await Task.Yield();
        }
    }
}
