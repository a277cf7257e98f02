using System.Globalization;
using System.Text.Json.Nodes;
using Keva.Journal;
using Keva.Journal.Directories;
using Keva.Raft;
using Keva.Raft.Membership;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Journal;

public sealed class WorkingDirectoryTests : IDisposable
{
    private static readonly NodeId Node = new(0x0123456789abcdef);
    private readonly TemporaryDirectory parent = new();

    private string DirectoryPath => parent.File("work");

    private string IdentityPath => Path.Combine(DirectoryPath, "node.json");

    public void Dispose() => parent.Dispose();

    [Fact]
    public void A_new_directory_is_made_and_keeps_the_id_that_was_drawn_for_it()
    {
        using (var directory = Open(Node))
        {
            Assert.True(directory.IsNew);
            Assert.Equal(new NodeIdentity(Node, "host1", 0, ReadOnlyMemory<byte>.Empty), directory.Identity);
            Assert.False(directory.Identity.IsFormed);
        }

        using var again = Open(new NodeId(5));
        Assert.False(again.IsNew);
        Assert.Equal(Node, again.Identity.Node);
    }

    [Fact]
    public void What_a_node_was_formed_with_is_kept()
    {
        var configuration = ClusterConfigurationCodec.Encode(Samples.ConfigurationOf(3));
        using (var directory = Open(Node))
        {
            MakeJournal(directory);
            directory.Form(0xfeed, configuration);
            Assert.True(directory.Identity.IsFormed);
        }

        using var again = WorkingDirectory.Open(DirectoryPath, "host1", Node, cluster: 0xfeed);
        Assert.Equal(new NodeIdentity(Node, "host1", 0xfeed, configuration, IsAdmitted: true), again.Identity);
    }

    [Fact]
    public void A_member_that_begins_a_cluster_anew_keeps_who_it_is()
    {
        MakeFormed(0xfeed);
        var configuration = ClusterConfigurationCodec.Encode(Samples.ConfigurationOf(1));
        using (var directory = WorkingDirectory.OpenExisting(DirectoryPath))
        {
            directory.FoundAnew(0xbeef, configuration);
            Assert.Equal(0xbeefUL, directory.Identity.Cluster);
        }

        using var again = Open(new NodeId(5));
        Assert.Equal(new NodeIdentity(Node, "host1", 0xbeef, configuration, IsAdmitted: true), again.Identity);
    }

    [Fact]
    public void Only_a_member_begins_a_cluster_anew_and_never_under_the_old_id()
    {
        using (var directory = Open(Node))
        {
            Assert.Throws<InvariantViolationException>(() => directory.FoundAnew(0xbeef, ReadOnlyMemory<byte>.Empty));
        }

        MakeFormed(0xfeed);
        using var formed = WorkingDirectory.OpenExisting(DirectoryPath);
        Assert.Throws<InvariantViolationException>(() => formed.FoundAnew(0xfeed, ReadOnlyMemory<byte>.Empty));
        Assert.Throws<InvariantViolationException>(() => formed.FoundAnew(0, ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public void A_second_process_is_refused_by_number()
    {
        using var first = Open(Node);

        var refusal = Assert.Throws<WorkingDirectoryException>(() => Open(Node));

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"in use by another process, number {Environment.ProcessId}"),
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_file_that_nobody_holds_is_no_obstacle()
    {
        Open(Node).Dispose();
        Assert.True(File.Exists(Path.Combine(DirectoryPath, "lock")));

        Open(Node).Dispose();
    }

    [Fact]
    public void The_directory_of_another_node_is_refused()
    {
        Open(Node).Dispose();

        var refusal = Assert.Throws<WorkingDirectoryException>(() => WorkingDirectory.Open(DirectoryPath, "host2", Node));

        Assert.Contains("belongs to the node 'host1' and was given to the node 'host2'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_directory_of_another_cluster_is_refused()
    {
        MakeFormed(0xfeed);

        var refusal = Assert.Throws<WorkingDirectoryException>(() => WorkingDirectory.Open(DirectoryPath, "host1", Node, cluster: 0xbeef));

        Assert.Contains("belongs to the cluster 000000000000feed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_without_its_journal_is_refused()
    {
        MakeFormed(0xfeed);
        File.Delete(Path.Combine(DirectoryPath, "journal.db"));

        var refusal = Assert.Throws<WorkingDirectoryException>(() => Open(Node));

        Assert.Contains("journal.db is missing or empty", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("could vote twice", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_with_an_empty_journal_file_is_refused()
    {
        MakeFormed(0xfeed);
        File.WriteAllBytes(Path.Combine(DirectoryPath, "journal.db"), []);

        Assert.Throws<WorkingDirectoryException>(() => Open(Node));
    }

    [Fact]
    public void A_node_that_died_before_it_belonged_to_a_cluster_starts_again()
    {
        using (var directory = Open(Node))
        {
            MakeJournal(directory);
        }

        using var again = Open(Node);
        Assert.False(again.Identity.IsFormed);
    }

    [Theory]
    [InlineData("journal.db")]
    [InlineData("checkpoint.db")]
    public void Data_without_an_identity_is_refused(string file)
    {
        Directory.CreateDirectory(DirectoryPath);
        File.WriteAllText(Path.Combine(DirectoryPath, file), "data");

        var refusal = Assert.Throws<WorkingDirectoryException>(() => Open(Node));

        Assert.Contains("node.json is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node", "0123456789abcdee")]
    [InlineData("name", "host9")]
    [InlineData("cluster", "000000000000beef")]
    [InlineData("cluster", "no number")]
    [InlineData("first_configuration", "AAAA")]
    [InlineData("crc", "00000000")]
    [InlineData("crc", null)]
    public void An_edited_identity_is_refused(string field, string? value)
    {
        MakeFormed(0xfeed);
        var json = JsonNode.Parse(File.ReadAllText(IdentityPath))!.AsObject();
        json[field] = value;
        File.WriteAllText(IdentityPath, json.ToJsonString());

        var refusal = Assert.Throws<WorkingDirectoryException>(() => Open(Node));

        Assert.Contains("is damaged or was edited", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format":"one"}""")]
    public void An_identity_that_is_no_identity_is_refused(string content)
    {
        Open(Node).Dispose();
        File.WriteAllText(IdentityPath, content);

        Assert.Throws<WorkingDirectoryException>(() => Open(Node));
    }

    [Fact]
    public void A_newer_format_is_refused_with_an_explanation()
    {
        Open(Node).Dispose();
        File.WriteAllText(IdentityPath, """{"format":3}""");

        var refusal = Assert.Throws<WorkingDirectoryException>(() => Open(Node));

        Assert.Contains("has format 3, and this program knows formats up to 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_written_replacement_of_the_identity_is_ignored()
    {
        MakeFormed(0xfeed);
        File.WriteAllText(IdentityPath + ".new", "{");

        using var directory = Open(Node);

        Assert.Equal(0xfeedUL, directory.Identity.Cluster);
    }

    [Fact]
    public void A_refused_directory_is_left_unlocked()
    {
        Open(Node).Dispose();
        Assert.Throws<WorkingDirectoryException>(() => WorkingDirectory.Open(DirectoryPath, "host2", Node));

        Open(Node).Dispose();
    }

    [Fact]
    public void A_path_that_is_a_file_is_refused()
    {
        File.WriteAllText(DirectoryPath, "");

        var refusal = Assert.Throws<WorkingDirectoryException>(() => Open(Node));

        Assert.Contains("cannot be used as a working directory", refusal.Message, StringComparison.Ordinal);
    }

    private WorkingDirectory Open(NodeId newId) => WorkingDirectory.Open(DirectoryPath, "host1", newId);

    private static void MakeJournal(WorkingDirectory directory) =>
        SqliteJournal.Open(directory.JournalPath, new RecordingEvents(), SqliteJournalHarness.Options).Dispose();

    private void MakeFormed(ulong cluster)
    {
        using var directory = Open(Node);
        MakeJournal(directory);
        directory.Form(cluster, ReadOnlyMemory<byte>.Empty);
    }
}
