using System.Globalization;
using System.Text;
using Keva.Node.Offline;
using Keva.Node.Transport;
using Keva.Raft;

namespace Keva.Cli.Commands.Cluster;

/// <summary>What <c>keva cluster recover</c> tells, before and after: the same facts as text and as JSON.</summary>
/// <param name="directory">The node's working directory.</param>
/// <param name="survivor">The node as it was found.</param>
/// <param name="newCluster">The cluster that it is now; none if nothing was changed.</param>
internal sealed class RecoveryReport(string directory, Survivor survivor, ClusterId newCluster)
{
    private bool IsRecovered => !newCluster.IsNone;

    private string Warning => survivor.IsOnlyVoter
        ? "This node is the only voter, so its cluster needs no recovery: start it."
        : "Do this only when a majority is lost for good. If the other nodes still make a majority, they go on without this one, as another cluster.";

    public object ToJson() => new
    {
        recovered = IsRecovered,
        working_directory = directory,
        node = new { id = survivor.Node.ToString(), name = survivor.Name, role = RoleOf(survivor.Node) },
        cluster = survivor.Cluster.ToString(),
        new_cluster = IsRecovered ? newCluster.ToString() : null,
        members = survivor.Configuration.Members.Select(member => new
        {
            id = member.Id.ToString(),
            name = member.Name,
            role = RoleOf(member.Id),
            keva_address = member.PeerAddress,
            http_address = member.HttpAddress,
        }),
        term = survivor.Term.Value,
        first_index = survivor.LastEntry.Index > survivor.LogStart.Index ? survivor.LogStart.Index.Value + 1 : (long?)null,
        last_index = survivor.LastEntry.Index.Value,
        last_term = survivor.LastEntry.Term.Value,
        checkpoint_index = survivor.Checkpoint.Index.Value,
        checkpoint_keys = survivor.CheckpointKeys,
        entries_behind_checkpoint = survivor.EntriesBehindCheckpoint,
        may_be_lost = MayBeLost(),
        warning = IsRecovered ? null : Warning,
    };

    public string ToText()
    {
        var text = new StringBuilder();
        if (IsRecovered)
        {
            AppendNextSteps(text);
            return text.ToString();
        }

        AppendFacts(text);
        text.AppendLine();
        text.AppendLine("Recovering makes this node a cluster of one, with a new id, out of all that is in its log.");
        AppendLosses(text);
        text.AppendLine("Of several survivors take the one with the highest last term and, among those, the highest last index. This one:");
        text.AppendLine(CultureInfo.InvariantCulture, $"    last term {survivor.LastEntry.Term}, last index {survivor.LastEntry.Index}");
        text.Append(Warning);
        return text.ToString();
    }

    /// <summary>What an operator must weigh.</summary>
    private IEnumerable<string> MayBeLost()
    {
        yield return "Writes that the other nodes acknowledged and that never reached this node's log are lost. How many those are cannot be seen from here. Their revisions are given to other writes.";
        if (survivor.EntriesBehindCheckpoint > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"All entries in this node's log count as committed. Of the last {survivor.EntriesBehindCheckpoint} it is not known whether they were: a write that failed or was never answered may take effect.");
        }

        if (survivor.Role == SurvivorRole.Learner)
        {
            yield return "This node is a learner: no write ever waited for it, so it may be far behind. Prefer a voter, if one is left.";
        }
        else if (survivor.Role == SurvivorRole.None)
        {
            yield return "This node is no member in the configuration that it knows: it has nothing from after its removal. Prefer a member, if one is left.";
        }
    }

    private void AppendLosses(StringBuilder text)
    {
        foreach (var loss in MayBeLost())
        {
            text.Append("- ").AppendLine(loss);
        }
    }

    private void AppendFacts(StringBuilder text)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"directory   {directory}");
        text.AppendLine(CultureInfo.InvariantCulture, $"node        {survivor.Name} ({survivor.Node}), {RoleOf(survivor.Node)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"cluster     {survivor.Cluster}");
        var width = survivor.Configuration.Members.Select(member => member.Name.Length).DefaultIfEmpty(0).Max();
        var label = "members";
        foreach (var member in survivor.Configuration.Members.OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{label,-11} {member.Name.PadRight(width)} ({member.Id}), {RoleOf(member.Id)}, nodes at {member.PeerAddress}, users at {member.HttpAddress}");
            label = "";
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"term        {survivor.Term}");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"log         {Entries()}, the last of term {survivor.LastEntry.Term}");
        text.AppendLine(CultureInfo.InvariantCulture, $"checkpoint  up to entry {survivor.Checkpoint.Index}, {survivor.CheckpointKeys} keys");
    }

    private string Entries() => survivor.LastEntry.Index > survivor.LogStart.Index
        ? $"entries {survivor.LogStart.Index.Next()} to {survivor.LastEntry.Index}"
        : $"no entry behind {survivor.LogStart.Index}";

    private void AppendNextSteps(StringBuilder text)
    {
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"'{survivor.Name}' belonged to the cluster {survivor.Cluster} and is now the cluster {newCluster}, alone, with its log up to entry {survivor.LastEntry.Index} of term {survivor.LastEntry.Term}.");
        AppendLosses(text);
        text.AppendLine("Start it as always, with its keva.toml or with its addresses:");
        text.AppendLine(CultureInfo.InvariantCulture, $"    keva start --config-file FILE --node-identity {survivor.Name} --working-directory {Quoted(directory)}");
        if (survivor.Configuration.Find(survivor.Node) is { } self)
        {
            text.AppendLine(
                $"    keva start --node-identity {survivor.Name} --working-directory {Quoted(directory)} --keva-address {self.PeerAddress} --user-address {self.HttpAddress}");
        }

        text.Append("All other nodes must be started with empty directories and --join: with what they have they belong to the old cluster, and are refused.");
    }

    private string RoleOf(NodeId id)
    {
        var configuration = survivor.Configuration;
        return configuration.Find(id) is null ? "no member" : configuration.IsVoter(id) ? "voter" : "learner";
    }

    // As a shell takes it for one word.
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
            ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
