namespace Keva.Serf.Keys;

/// <summary>The names of the queries about keys.</summary>
internal static class KeyQueries
{
    public const string Install = "_serf_install-key";
    public const string Use = "_serf_use-key";
    public const string Remove = "_serf_remove-key";
    public const string List = "_serf_list-keys";
}
