using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Keva.Node.Telemetry.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Keva.Node.Gateway.Http;

/// <summary>
/// One request and its response, directly on the server's features. Lives as long as its connection and serves one
/// request after the other: a handler must not keep it.
/// </summary>
public sealed class HttpExchange
{
    /// <summary>A scratch buffer that grew beyond this is not kept for the connection's next request.</summary>
    private const int KeptScratchBytes = 64 * 1024;

    /// <summary>A long body is written in slices, so that a slow reader holds back the copying.</summary>
    private const int WriteSliceBytes = 64 * 1024;

    private static readonly JsonWriterOptions JsonOptions = new()
    {
        // Answers are sent as application/json and never as part of a page, so "é" and "<" may stand as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ByteQuota _quota;
    private readonly RequestMetrics? _metrics;
    private IFeatureCollection _features = null!;
    private IHttpRequestFeature _request = null!;
    private IHttpResponseFeature _response = null!;
    private ArrayBufferWriter<byte>? _scratch;
    private Utf8JsonWriter? _json;
    private long _takenBytes;
    private Activity? _trace;
    private long _startedAt;
    private bool _isAnswered;
    private NumberHeader _revision = new(quoted: false);
    private NumberHeader _entityTag = new(quoted: true);

    internal HttpExchange(ByteQuota quota, RequestMetrics? metrics = null)
    {
        _quota = quota;
        _metrics = metrics;
    }

    public string Method => _request.Method;

    public bool IsHead { get; private set; }

    public RequestTarget Target { get; private set; }

    /// <summary>What serves the request, by its path with names in braces for what varies.</summary>
    internal string Route { get; set; } = RequestMetrics.NoRoute;

    public IHeaderDictionary RequestHeaders => _request.Headers;

    public IHeaderDictionary ResponseHeaders => _response.Headers;

    public PipeReader RequestBody => _features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    public bool HasResponseStarted => _response.HasStarted;

    /// <summary>Cancelled when the client goes away.</summary>
    public CancellationToken Aborted => _features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;

    /// <summary>Breaks the connection: the only way to tell a client that a response that has begun is void.</summary>
    public void Abort() => _features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();

    internal void Begin(IFeatureCollection features)
    {
        _startedAt = Stopwatch.GetTimestamp();
        _isAnswered = false;
        Route = RequestMetrics.NoRoute;
        _metrics?.Began();
        _features = features;
        _request = features.GetRequiredFeature<IHttpRequestFeature>();
        _trace = KevaActivity.HasListeners ? RequestTrace.Begin(_request.Method, _request.Headers) : null;
        _response = features.GetRequiredFeature<IHttpResponseFeature>();
        IsHead = _request.Method == HttpMethods.Head; // methods are case-sensitive
        Target = RequestTarget.Parse(_request.RawTarget);
    }

    internal void End()
    {
        GiveBytesBack();
        CountAnswer(RequestMetrics.ClientGone);
        _metrics?.Ended();
        _trace?.Dispose();
        _trace = null;
        if (_scratch?.Capacity > KeptScratchBytes)
        {
            _scratch = null;
            _json = null;
        }
    }

    /// <summary>Counts bytes that this request holds until it is answered. False if all requests together hold too many.</summary>
    internal bool TryTakeBytes(long bytes)
    {
        if (!_quota.TryTake(bytes))
        {
            return false;
        }

        _takenBytes += bytes;
        return true;
    }

    /// <summary>Before the answer leaves: whoever has it can rely on its being counted. The first answer counts.</summary>
    private void CountAnswer(int status)
    {
        if (!_isAnswered)
        {
            _isAnswered = true;
            _metrics?.Answered(Method, Route, status, _startedAt);
            if (_trace is not null)
            {
                RequestTrace.Answered(_trace, Method, Route, status);
            }
        }
    }

    /// <summary>
    /// Before the answer leaves, not after it: a client that has its answer may send the next request at once, and the
    /// bytes of this one must not stand in its way.
    /// </summary>
    private void GiveBytesBack()
    {
        if (_takenBytes > 0)
        {
            _quota.GiveBack(_takenBytes);
            _takenBytes = 0;
        }
    }

    /// <summary>Closes the connection after the response, so that nobody waits for a body that nobody reads.</summary>
    internal void CloseAfterwards() => ResponseHeaders.Connection = KevaHeaders.Close;

    internal void SetRevision(long revision) => ResponseHeaders[KevaHeaders.Revision] = _revision.TextOf(revision);

    internal StringValues EntityTagOf(long revision) => _entityTag.TextOf(revision);

    /// <summary>An empty JSON writer; <see cref="SendJsonAsync"/> sends what was written to it.</summary>
    public Utf8JsonWriter StartJson()
    {
        _scratch ??= new ArrayBufferWriter<byte>(256);
        _scratch.ResetWrittenCount();
        _json ??= new Utf8JsonWriter(_scratch, JsonOptions);
        _json.Reset();
        return _json;
    }

    /// <summary>Sends what was written since <see cref="StartJson"/>.</summary>
    public ValueTask SendJsonAsync(int status = StatusCodes.Status200OK)
    {
        _json!.Flush();
        return SendAsync(status, KevaHeaders.Json, _scratch!.WrittenMemory);
    }

    /// <summary>Begins a body that is written piece by piece, until the request's task ends.</summary>
    internal PipeWriter StartStream(StringValues contentType)
    {
        GiveBytesBack();
        CountAnswer(StatusCodes.Status200OK);
        _response.StatusCode = StatusCodes.Status200OK;
        _response.Headers.ContentType = contentType;
        _response.Headers.CacheControl = KevaHeaders.NoStore;
        _response.Headers.XContentTypeOptions = KevaHeaders.NoSniff;
        return _features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
    }

    /// <summary>Sends what was written since <see cref="StartJson"/> as a line of a body that has begun.</summary>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    internal ValueTask WriteJsonLineAsync(PipeWriter body)
    {
        _json!.Flush();
        _scratch!.Write("\n"u8);
        return WritePieceAsync(body, _scratch!.WrittenMemory);
    }

    /// <summary>Sends a piece of a body that has begun.</summary>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    internal async ValueTask WritePieceAsync(PipeWriter body, ReadOnlyMemory<byte> piece)
    {
        var flushed = await body.WriteAsync(piece, Aborted);
        if (flushed.IsCompleted)
        {
            throw new OperationCanceledException(Aborted);
        }
    }

    /// <summary>Sends a status with no body, such as 204.</summary>
    public ValueTask SendStatusAsync(int status)
    {
        GiveBytesBack();
        CountAnswer(status);
        _response.StatusCode = status;
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a body of known length; to a HEAD request, the same without the body.</summary>
    public ValueTask SendAsync(int status, StringValues contentType, ReadOnlyMemory<byte> body)
    {
        GiveBytesBack();
        CountAnswer(status);
        _response.StatusCode = status;
        var headers = _response.Headers;
        headers.ContentType = contentType;
        headers.ContentLength = body.Length;
        headers.XContentTypeOptions = KevaHeaders.NoSniff;
        if (IsHead || body.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        var writer = _features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        if (body.Length > WriteSliceBytes)
        {
            return SendSlicesAsync(writer, body);
        }

        var written = writer.WriteAsync(body);
        return written.IsCompletedSuccessfully ? Consume(written) : WaitAsync(written);
    }

    private static ValueTask Consume(ValueTask<FlushResult> completed)
    {
        _ = completed.GetAwaiter().GetResult();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask WaitAsync(ValueTask<FlushResult> written) => await written;

    private static async ValueTask SendSlicesAsync(PipeWriter writer, ReadOnlyMemory<byte> body)
    {
        while (!body.IsEmpty)
        {
            var slice = body[..Math.Min(WriteSliceBytes, body.Length)];
            var flushed = await writer.WriteAsync(slice);
            if (flushed.IsCompleted)
            {
                return; // the client went away
            }

            body = body[slice.Length..];
        }
    }
}
