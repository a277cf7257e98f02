using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Keva.Serf;

namespace Keva.Tests.Serf.Interop;

/// <summary>The node of the product on real sockets: the least shell around it that there can be.</summary>
internal sealed class SocketNode : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly TcpListener listener;
    private readonly Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Dictionary<long, TcpClient> streams = [];
    private readonly List<SerfOutput> reports = [];
    private readonly SemaphoreSlim wake = new(0);
    private readonly List<Task> loops = [];

    public SocketNode(string name, Func<SerfOptions, SerfOptions>? configure = null)
    {
        Address = LoopbackPorts.Next();
        listener = new TcpListener(Address);
        listener.Start();
        udp.Bind(Address);
        var options = new SerfOptions { Name = name, Advertise = Address };
        Serf = new SerfNode(configure?.Invoke(options) ?? options, new Random(1), RandomNumberGenerator.Fill);
        Do(node => node.Start(Now));
        loops.Add(Task.Run(ReceiveDatagramsAsync));
        loops.Add(Task.Run(AcceptAsync));
        loops.Add(Task.Run(RunTimersAsync));
    }

    public SerfNode Serf { get; }

    public IPEndPoint Address { get; }

    /// <summary>Answers the queries that the application gets to see.</summary>
    public Func<ReceivedQuery, byte[]?>? Answer { get; set; }

    private TimeSpan Now => clock.Elapsed;

    public List<T> ReportsOf<T>()
    {
        lock (gate)
        {
            return [.. reports.OfType<T>()];
        }
    }

    public MemberStatus StatusOf(string name)
    {
        lock (gate)
        {
            return Serf.Members.SingleOrDefault(member => member.Name == name)?.Status ?? MemberStatus.None;
        }
    }

    public Task<TimeSpan> UntilSeesAsync(string name, MemberStatus status, TimeSpan deadline) =>
        Patience.UntilAsync(() => StatusOf(name) == status, $"{Serf.Name} sees {name} as {status}", deadline);

    /// <summary>Hands an input with the time to the node.</summary>
    public void Do(Action<SerfNode, TimeSpan> input) => Do(node => input(node, Now));

    public T Do<T>(Func<SerfNode, TimeSpan, T> input)
    {
        T result = default!;
        Do(node => result = input(node, Now));
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        udp.Close();
        lock (gate)
        {
            foreach (var client in streams.Values)
            {
                client.Close();
            }
        }

        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        udp.Dispose();
        stop.Dispose();
        wake.Dispose();
    }

    private void Do(Action<SerfNode> input)
    {
        lock (gate)
        {
            input(Serf);
            foreach (var output in Serf.Drain())
            {
                Carry(output);
            }
        }

        wake.Release();
    }

    private void Carry(SerfOutput output)
    {
        switch (output)
        {
            case SendDatagram datagram:
                udp.SendTo(datagram.Bytes, datagram.To);
                break;
            case OpenStream open:
                streams[open.Stream] = new TcpClient();
                loops.Add(ConnectAsync(open, streams[open.Stream]));
                break;
            case WriteStream write when streams.TryGetValue(write.Stream, out var client):
                client.GetStream().Write(write.Bytes);
                break;
            case CloseStream close when streams.Remove(close.Stream, out var closed):
                closed.Dispose();
                break;
            case QueryReceived { Query: var query } when Answer?.Invoke(query) is { } payload:
                reports.Add(output);
                Serf.Respond(Now, query, payload);
                foreach (var answer in Serf.Drain())
                {
                    Carry(answer);
                }

                break;
            default:
                reports.Add(output);
                break;
        }
    }

    private async Task ConnectAsync(OpenStream open, TcpClient client)
    {
        try
        {
            await client.ConnectAsync(open.To, stop.Token);
            await client.GetStream().WriteAsync(open.Bytes, stop.Token);
            await ReadAsync(open.Stream, client);
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            Do(node => node.OnStreamClosed(Now, open.Stream));
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(stop.Token);
            long stream = 0;
            Do(node =>
            {
                stream = node.AcceptStream(Now);
                streams[stream] = client;
            });
            loops.Add(ReadAsync(stream, client));
        }
    }

    private async Task ReadAsync(long stream, TcpClient client)
    {
        var buffer = new byte[8_192];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, stop.Token) is var length and > 0)
            {
                Do(node => node.OnStreamData(Now, stream, buffer.AsSpan(0, length)));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed, by either side.
        }

        Do(node => node.OnStreamClosed(Now, stream));
    }

    private async Task ReceiveDatagramsAsync()
    {
        var buffer = new byte[65_536];
        while (true)
        {
            var received = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), stop.Token);
            Do(node => node.OnDatagram(Now, (IPEndPoint)received.RemoteEndPoint, buffer.AsSpan(0, received.ReceivedBytes)));
        }
    }

    private async Task RunTimersAsync()
    {
        while (true)
        {
            TimeSpan? due;
            lock (gate)
            {
                due = Serf.NextDue;
            }

            var wait = due is null ? Timeout.InfiniteTimeSpan : due.Value - Now;
            if (due is not null && wait <= TimeSpan.Zero)
            {
                Do(node => node.OnTimer(Now));
            }
            else
            {
                await wake.WaitAsync(due is null ? wait : wait + TimeSpan.FromMilliseconds(1), stop.Token);
            }
        }
    }
}
