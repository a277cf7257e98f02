using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Keva.Node.Gateway.Http;

/// <summary>The headers on every response: who answers, and who leads. Worked out once for each view of the cluster.</summary>
internal sealed class NodeHeaders(IKeyValueService service)
{
    private Values? _values;

    public void AddTo(IHeaderDictionary headers)
    {
        var view = service.View;
        var values = Volatile.Read(ref _values);
        if (values is null || !ReferenceEquals(values.View, view))
        {
            values = new Values(view, Printable(view.SelfName), Printable(view.LeaderMember?.Name));
            Volatile.Write(ref _values, values);
        }

        headers[KevaHeaders.Node] = values.Node;
        if (values.Leader.Count > 0)
        {
            headers[KevaHeaders.Leader] = values.Leader;
        }
    }

    /// <summary>A header carries printable ASCII only; a name with anything else is percent-encoded as a whole.</summary>
    private static StringValues Printable(string? name) => name switch
    {
        null or "" => StringValues.Empty,
        _ when name.AsSpan().ContainsAnyExceptInRange('!', '~') => Uri.EscapeDataString(name),
        _ => name,
    };

    private sealed record Values(ClusterView View, StringValues Node, StringValues Leader);
}
