using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Keva.LoadGenerator.Dialects;
using Keva.LoadGenerator.Http;
using Keva.LoadGenerator.Jobs;

namespace Keva.LoadGenerator.Loops;

/// <summary>
/// One connection that sends a request, waits for its answer, checks it, and sends the next. A request that failed is
/// an error and never counts as done; its connection is made anew if it broke.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private const int InitialReceiveBytes = 16 * 1024;
    private const int ShownErrorBytes = 300;

    // Filling has no end of its own when the store takes nothing more.
    private const int MaxFillErrors = 1000;

    private static readonly long AnswerDeadline = 10 * Stopwatch.Frequency;
    private static readonly long UnansweredAtEnd = Stopwatch.Frequency;
    private static readonly long PauseAfterError = Stopwatch.Frequency / 100;

    private readonly LoadJob job;
    private readonly IDialect dialect;
    private readonly FillCursor? fill;
    private readonly RequestTemplate? fillRequest;
    private readonly RequestTemplate read;
    private readonly RequestTemplate write;
    private readonly IPEndPoint endPoint;
    private KeyDice dice;

    private byte[] received = new byte[InitialReceiveBytes];
    private int receivedBytes;
    private HttpResponseReader response;
    private RequestTemplate request;
    private int sentBytes;
    private long startedAt;
    private long pausedUntil = long.MaxValue;
    private bool isWaitingToSend;
    private bool isAnswered;
    private Socket? socket;
    private Epoll epoll = null!;
    private LoadCounts counts = null!;
    private MeasuringWindow window;
    private int place;

    public LoadConnection(LoadJob job, IDialect dialect, KeySpace keys, FillCursor? fill, int number)
    {
        this.job = job;
        this.dialect = dialect;
        this.fill = fill;
        Number = number;
        var port = job.Ports[number % job.Ports.Length];
        endPoint = new IPEndPoint(IPAddress.Loopback, port);
        read = dialect.Read(port);
        write = dialect.Write(port);
        request = read;
        fillRequest = fill is null ? null : dialect.Fill(port);
        dice = new KeyDice(job.Seed, number);
    }

    public int Number { get; }

    /// <summary>Whether there is nothing left for it to do.</summary>
    public bool IsDone { get; private set; }

    private bool IsWrite => request != read;

    public void Attach(Epoll readiness, int index, LoadCounts loopCounts)
    {
        epoll = readiness;
        place = index;
        counts = loopCounts;
    }

    public void Connect()
    {
        socket?.Dispose();
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(endPoint);
        socket.Blocking = false;
        isWaitingToSend = false;
        epoll.Register((int)socket.Handle, place, Epoll.In);
    }

    /// <summary>Sends the first request; those answered within the window will count.</summary>
    public void Begin(MeasuringWindow measured, long now)
    {
        window = measured;
        StartRequest(now);
    }

    /// <summary>Sends and receives what can be, after the socket became ready.</summary>
    public void Proceed()
    {
        if (IsDone || pausedUntil != long.MaxValue)
        {
            return;
        }

        if (sentBytes < request.Bytes.Length)
        {
            Send();
        }

        Receive();
    }

    /// <summary>Gives up a request that was not answered in time, and ends a pause that is over.</summary>
    public void Revive(long now)
    {
        if (IsDone)
        {
            return;
        }

        if (now >= pausedUntil)
        {
            pausedUntil = long.MaxValue;
            Restart(now);
        }
        else if (pausedUntil == long.MaxValue && now - startedAt > AnswerDeadline)
        {
            Fail("no answer within ten seconds");
        }
    }

    /// <summary>Counts a request that waited through the whole measurement, which would otherwise be in no figure at all.</summary>
    public void End(long now)
    {
        if (!IsDone && pausedUntil == long.MaxValue && startedAt < window.Begin && now - startedAt > UnansweredAtEnd)
        {
            counts.Error("no answer during the whole measurement");
        }
    }

    public void Dispose() => socket?.Dispose();

    /// <summary>Chooses the next request and sends it.</summary>
    private void StartRequest(long now)
    {
        if (fillRequest is not null)
        {
            if (fill!.Next(fillRequest.KeyCount) is not { } first)
            {
                IsDone = true;
                return;
            }

            request = fillRequest;
            for (var i = 0; i < request.KeyCount; i++)
            {
                request.SetKey(i, Math.Min(first + i, job.Keys - 1));
            }
        }
        else
        {
            request = dice.NextShare() < job.WriteShare ? write : read;
            request.SetKey(0, dice.Next(job.Keys));
        }

        SendFromStart(now);
    }

    private void SendFromStart(long now)
    {
        startedAt = now;
        sentBytes = 0;
        receivedBytes = 0;
        isAnswered = false;
        response = default;
        Send();
    }

    private void Send()
    {
        var bytes = request.Bytes.AsSpan(sentBytes);
        var count = socket!.Send(bytes, SocketFlags.None, out var error);
        if (error == SocketError.Success)
        {
            sentBytes += count;
        }
        else if (error is not (SocketError.WouldBlock or SocketError.TryAgain))
        {
            Fail($"cannot send: {error}");
            return;
        }

        var isRest = sentBytes < request.Bytes.Length;
        if (isRest != isWaitingToSend)
        {
            isWaitingToSend = isRest;
            epoll.Change((int)socket.Handle, place, isRest ? Epoll.In | Epoll.Out : Epoll.In);
        }
    }

    private void Receive()
    {
        if (pausedUntil != long.MaxValue)
        {
            return;
        }

        if (receivedBytes == received.Length)
        {
            Array.Resize(ref received, received.Length * 2);
        }

        var count = socket!.Receive(received.AsSpan(receivedBytes), SocketFlags.None, out var error);
        if (error is SocketError.WouldBlock or SocketError.TryAgain)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            Fail(error == SocketError.Success ? "the server closed the connection" : $"cannot receive: {error}");
            return;
        }

        receivedBytes += count;
        switch (response.Advance(received.AsSpan(0, receivedBytes)))
        {
            case HttpResponseState.Complete when receivedBytes == response.Length && sentBytes == request.Bytes.Length:
                Finish();
                break;
            case HttpResponseState.Complete:
                Fail("an answer came before its request was sent");
                break;
            case HttpResponseState.Malformed:
                Fail($"not an HTTP response: {Shown(received.AsSpan(0, receivedBytes))}");
                break;
            default:
                break;
        }
    }

    private void Finish()
    {
        var now = Stopwatch.GetTimestamp();
        var body = received.AsSpan(response.BodyStart, response.BodyLength);
        var isRight = IsWrite ? dialect.IsAcknowledgement(response.Status, body) : dialect.IsValue(response.Status, body);
        if (!isRight)
        {
            Fail($"status {response.Status}: {Shown(body)}");
            return;
        }

        if (window.Contains(now))
        {
            counts.Success(IsWrite, (now - startedAt) * (1_000_000_000 / Stopwatch.Frequency));
        }

        isAnswered = true;
        if (response.IsKeptAlive)
        {
            StartRequest(now);
        }
        else
        {
            // Not an error, but a new connection.
            Pause(now);
        }
    }

    /// <summary>Counts an error; the next request follows after a pause, so that a server in trouble is not flooded.</summary>
    private void Fail(string what)
    {
        var now = Stopwatch.GetTimestamp();
        if (window.Contains(now))
        {
            counts.Error(what);
        }

        if (fill is not null && counts.Errors > MaxFillErrors)
        {
            IsDone = true;
        }

        Pause(now + PauseAfterError);
    }

    private void Pause(long until)
    {
        socket?.Dispose();
        socket = null;
        pausedUntil = until;
    }

    private void Restart(long now)
    {
        try
        {
            Connect();
        }
        catch (SocketException exception)
        {
            Fail($"cannot connect: {exception.SocketErrorCode}");
            return;
        }

        if (fillRequest is not null && !isAnswered)
        {
            // No key may be left out.
            SendFromStart(now);
        }
        else
        {
            StartRequest(now);
        }
    }

    private static string Shown(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, ShownErrorBytes)]);
}
