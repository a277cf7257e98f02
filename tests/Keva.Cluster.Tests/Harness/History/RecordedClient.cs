using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Keva.Linearizability;

namespace Keva.Cluster.Tests.Harness.History;

/// <summary>
/// A client that asks one thing at a time and records what became of it. It repeats nothing by itself, and an ordinary
/// HTTP client would: so it speaks HTTP over a bare connection.
/// </summary>
internal sealed class RecordedClient(int number, HistoryRecorder history) : IDisposable
{
    // A client that waits for a node that stands still does nothing that could go wrong. The node itself may go on with
    // a write for much longer.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private enum Fate
    {
        Done,
        NotDone,
        Unknown,
    }

    private readonly Dictionary<NodeUnderTest, BareHttpConnection> connections = [];

    public void Dispose()
    {
        foreach (var connection in connections.Values)
        {
            connection.Dispose();
        }
    }

    public Task<Operation?> ReadAsync(NodeUnderTest node, string key, bool byLease = false, CancellationToken cancellation = default) =>
        AskAsync(
            node,
            byLease ? BareHttpConnection.GetRequest(key, "?consistency=lease") : BareHttpConnection.GetRequest(key),
            Asked(OperationKind.Read, key, byLease ? $"{node.Name}, by lease" : node.Name),
            cancellation);

    /// <param name="node">Whom to ask.</param>
    /// <param name="key">What to set.</param>
    /// <param name="value">To what.</param>
    /// <param name="size">With so many digits at least.</param>
    /// <param name="cancellation">Then the outcome is not known.</param>
    public Task<Operation?> SetAsync(NodeUnderTest node, string key, long value, int size = 1, CancellationToken cancellation = default) =>
        AskAsync(
            node,
            BareHttpConnection.SetRequest(key, Encoding.ASCII.GetBytes(value.ToString($"d{size}", CultureInfo.InvariantCulture))),
            Asked(OperationKind.Set, key, node.Name) with { Value = value },
            cancellation);

    public Task<Operation?> DeleteAsync(NodeUnderTest node, string key, CancellationToken cancellation = default) =>
        AskAsync(node, BareHttpConnection.DeleteRequest(key), Asked(OperationKind.Delete, key, node.Name), cancellation);

    private Operation Asked(OperationKind kind, string key, string note) =>
        new() { Client = number, Key = key, Kind = kind, Note = note, Invoked = Stopwatch.GetTimestamp() };

    /// <summary>The operation with its answer; null if it is not known to have been done.</summary>
    private async Task<Operation?> AskAsync(NodeUnderTest node, byte[] request, Operation asked, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        if (await TryConnectAsync(node, limit.Token) is not { } connection)
        {
            return null;
        }

        var fate = Fate.Unknown;
        var operation = asked;
        try
        {
            await connection.SendAsync(request, limit.Token);
            var status = await connection.ReadAnswerAsync(limit.Token);
            var completed = Stopwatch.GetTimestamp();
            fate = FateOf(connection, status);
            operation = fate == Fate.Done ? WithAnswer(asked, connection, status) with { Completed = completed } : asked;
        }
        catch (Exception exception) when (IsLost(exception))
        {
            connections.Remove(node);
            connection.Dispose();
        }

        // A read without an answer is nothing that anybody saw.
        if (fate == Fate.Done || (fate == Fate.Unknown && asked.IsWrite))
        {
            history.Record(operation);
        }

        return fate == Fate.Done ? operation : null;
    }

    /// <summary>Null if there is no connection, so that nothing was asked.</summary>
    private async Task<BareHttpConnection?> TryConnectAsync(NodeUnderTest node, CancellationToken cancellation)
    {
        if (connections.TryGetValue(node, out var connection))
        {
            return connection;
        }

        try
        {
            return connections[node] = await BareHttpConnection.OpenAsync(node.UserPort, cancellation);
        }
        catch (Exception exception) when (IsLost(exception))
        {
            return null;
        }
    }

    private static bool IsLost(Exception exception) => exception is SocketException or IOException or OperationCanceledException;

    /// <summary>Throws if the node says something that a client of this kind cannot be told.</summary>
    private static Fate FateOf(BareHttpConnection connection, int status)
    {
        if (status is 200 or 204)
        {
            return Fate.Done;
        }

        using var document = JsonDocument.Parse(connection.Body);
        return document.RootElement.GetProperty("code").GetString() switch
        {
            "no_leader" or "busy" or "stopping" or "joining" or "disk_full" => Fate.NotDone,
            _ when status >= 500 => Fate.Unknown,
            _ => throw new InvalidOperationException($"a node answered {status} {Encoding.UTF8.GetString(connection.Body.Span)}"),
        };
    }

    private static Operation WithAnswer(Operation asked, BareHttpConnection connection, int status)
    {
        var found = status == 200;
        var answered = asked with { StoreRevision = connection.NumberIn("\r\nKeva-Revision:"u8) ?? throw Lacks(asked, "Keva-Revision") };
        return asked.Kind switch
        {
            OperationKind.Read when found => answered with
            {
                Value = long.Parse(connection.Body.Span, CultureInfo.InvariantCulture),
                ModRevision = connection.NumberIn("\r\nETag:"u8) ?? throw Lacks(asked, "ETag"),
            },
            OperationKind.Delete => answered with { Existed = found },
            _ => answered,
        };
    }

    private static InvalidOperationException Lacks(Operation asked, string header) => new($"no {header} in the answer to: {asked}");
}
