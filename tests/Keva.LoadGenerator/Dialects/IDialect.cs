using Keva.LoadGenerator.Http;

namespace Keva.LoadGenerator.Dialects;

/// <summary>How a store is asked over HTTP, and what counts as its answer.</summary>
internal interface IDialect
{
    RequestTemplate Read(int port);

    RequestTemplate Write(int port);

    /// <summary>The same write for a client of the base library.</summary>
    HttpRequestMessage WriteMessage(string url);

    /// <summary>A write of many keys, to fill the store before anything is measured.</summary>
    RequestTemplate Fill(int port);

    /// <summary>Whether this says that a write is done: a status of success and a revision.</summary>
    bool IsAcknowledgement(int status, ReadOnlySpan<byte> body);

    /// <summary>Whether this is the value that every key has.</summary>
    bool IsValue(int status, ReadOnlySpan<byte> body);
}
