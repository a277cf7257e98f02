using Keva.Journal;
using Keva.Journal.Directories;
using Keva.Node.Offline;
using Keva.Node.Transport;
using Keva.Raft;
using Keva.Raft.Driver;
using Keva.Raft.Membership;
using Keva.Tests.Journal.Support;

namespace Keva.Tests.Offline;

public sealed class StoppedNodeTests : IDisposable
{
    private static readonly ClusterId Old = new(0xfeed);
    private static readonly ClusterId New = new(0xbeef);
    private static readonly NodeId Self = new(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly ClusterConfiguration Three = ClusterConfiguration.OfVoters(
        Enumerable.Range(1, 3).Select(number => new Member(new NodeId((ulong)number), $"host{number}", $"host{number}:370", $"host{number}:380")));

    private readonly TemporaryDirectory parent = new();

    private string DirectoryPath => parent.File("work");

    private string IdentityPath => Path.Combine(DirectoryPath, "node.json");

    public void Dispose() => parent.Dispose();

    [Fact]
    public async Task Looking_changes_nothing()
    {
        MakeMember();
        var identity = File.ReadAllBytes(IdentityPath);
        var journal = ReadJournal();

        using (var node = await StoppedNode.OpenAsync(DirectoryPath))
        {
            Assert.Equal(Old, node.Survivor.Cluster);
            Assert.Equal(Samples.Id(5, 3), node.Survivor.LastEntry);
        }

        Assert.Equal(identity, File.ReadAllBytes(IdentityPath));
        Assert.Equal(journal, ReadJournal());
    }

    [Fact]
    public async Task A_recovered_node_keeps_all_that_it_had_and_is_alone_in_a_cluster_with_another_id()
    {
        MakeMember();
        await RecoverAsync(New);

        var survivor = await LookAsync();

        Assert.Equal(New, survivor.Cluster);
        Assert.True(survivor.IsOnlyVoter);
        Assert.Equal(Samples.Id(6, 4), survivor.LastEntry);
        Assert.Equal(new Term(4), survivor.Term);
        using var directory = WorkingDirectory.OpenExisting(DirectoryPath);
        Assert.True(ClusterConfigurationCodec.TryDecode(directory.Identity.FirstConfiguration.Span, out var first));
        Assert.Equal(survivor.Configuration, first);
    }

    [Fact]
    public async Task Death_before_the_identity_is_in_place_changes_nothing_and_it_can_be_done_again()
    {
        MakeMember();
        var journal = ReadJournal();
        var obstacle = Directory.CreateDirectory(IdentityPath + ".new");

        using (var node = await StoppedNode.OpenAsync(DirectoryPath))
        {
            await Assert.ThrowsAnyAsync<IOException>(() => node.RecoverAsync(New));
        }

        Assert.Equal(Old, (await LookAsync()).Cluster);
        Assert.Equal(journal, ReadJournal());
        obstacle.Delete();
        await AssertCanBeDoneAgainAsync(Samples.Id(6, 4));
    }

    [Fact]
    public async Task Death_between_identity_and_journal_leaves_a_node_that_nobody_talks_to_until_it_is_done_again()
    {
        MakeMember();
        var journal = ReadJournal();

        await DieAsync(isWritten: false);

        var survivor = await LookAsync();
        Assert.Equal(New, survivor.Cluster);
        Assert.Equal(Three, survivor.Configuration);
        Assert.Equal(journal, ReadJournal());
        await AssertCanBeDoneAgainAsync(Samples.Id(6, 4));
    }

    [Fact]
    public async Task Death_before_the_journal_answers_leaves_a_recovered_node_and_it_can_be_done_again()
    {
        MakeMember();

        await DieAsync(isWritten: true);

        var survivor = await LookAsync();
        Assert.Equal(New, survivor.Cluster);
        Assert.True(survivor.IsOnlyVoter);
        await AssertCanBeDoneAgainAsync(Samples.Id(7, 5));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_it_can_be_done_again()
    {
        MakeMember();
        using (var node = await StoppedNode.OpenAsync(DirectoryPath, (path, events) => new FullJournal(SqliteJournal.Open(path, events), events)))
        {
            var refusal = await Assert.ThrowsAsync<ClusterRecoveryException>(() => node.RecoverAsync(New).WaitAsync(Deadline));
            Assert.Contains("the disk is full", refusal.Message, StringComparison.Ordinal);
        }

        await AssertCanBeDoneAgainAsync(Samples.Id(6, 4));
    }

    [Fact]
    public async Task A_node_that_runs_is_refused_and_a_node_that_is_looked_at_cannot_start()
    {
        MakeMember();
        using (WorkingDirectory.Open(DirectoryPath, "host1", Self))
        {
            var refusal = await Assert.ThrowsAsync<WorkingDirectoryException>(() => StoppedNode.OpenAsync(DirectoryPath));
            Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
        }

        using var node = await StoppedNode.OpenAsync(DirectoryPath);
        Assert.Throws<WorkingDirectoryException>(() => WorkingDirectory.Open(DirectoryPath, "host1", Self));
    }

    [Fact]
    public async Task A_node_that_was_never_part_of_a_cluster_is_refused_and_let_go()
    {
        WorkingDirectory.Open(DirectoryPath, "host1", Self).Dispose();

        var refusal = await Assert.ThrowsAsync<ClusterRecoveryException>(() => StoppedNode.OpenAsync(DirectoryPath));

        Assert.Contains("never been part of a cluster", refusal.Message, StringComparison.Ordinal);
        WorkingDirectory.Open(DirectoryPath, "host1", Self).Dispose();
    }

    [Fact]
    public async Task What_is_no_working_directory_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(DirectoryPath);

        var refusal = await Assert.ThrowsAsync<WorkingDirectoryException>(() => StoppedNode.OpenAsync(DirectoryPath));
        await Assert.ThrowsAsync<WorkingDirectoryException>(() => StoppedNode.OpenAsync(parent.File("none")));

        Assert.Contains("is not the working directory of a node", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(DirectoryPath));
        Assert.False(Directory.Exists(parent.File("none")));
    }

    [Theory]
    [InlineData("node.json")]
    [InlineData("journal.db")]
    [InlineData("checkpoint.db")]
    public async Task A_damaged_file_is_refused_by_name(string file)
    {
        MakeMember();
        File.WriteAllText(Path.Combine(DirectoryPath, file), string.Concat(Enumerable.Repeat("this is no such file ", 500)));

        var refusal = await Assert.ThrowsAnyAsync<IOException>(() => StoppedNode.OpenAsync(DirectoryPath).WaitAsync(Deadline));

        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_without_its_journal_is_refused()
    {
        MakeMember();
        File.Delete(Path.Combine(DirectoryPath, "journal.db"));

        var refusal = await Assert.ThrowsAsync<WorkingDirectoryException>(() => StoppedNode.OpenAsync(DirectoryPath));

        Assert.Contains("journal.db is missing or empty", refusal.Message, StringComparison.Ordinal);
    }

    private void MakeMember()
    {
        using var directory = WorkingDirectory.Open(DirectoryPath, "host1", Self);
        var events = new RecordingEvents();
        using (var journal = SqliteJournal.Open(directory.JournalPath, events, SqliteJournalHarness.Options))
        {
            journal.Recover(GroupId.Zero);
            journal.Enqueue(new JournalWrite(GroupId.Zero, 1, Samples.Vote(3, 2), new LogReset(EntryId.Zero, Three), Samples.Batch(1, 5, term: 3)));
            Assert.True(events.Wait(told => told.PersistedWrites.Count == 1, Deadline));
        }

        directory.Form(Old.Value, ClusterConfigurationCodec.Encode(Three));
    }

    private string ReadJournal()
    {
        var events = new RecordingEvents();
        using var journal = SqliteJournal.Open(Path.Combine(DirectoryPath, "journal.db"), events, SqliteJournalHarness.Options);
        journal.Recover(GroupId.Zero);
        Assert.True(events.Wait(told => told.RecoveredLogs.Count == 1, Deadline));
        return Samples.Describe(events.RecoveredLogs[GroupId.Zero]);
    }

    private async Task<Survivor> LookAsync()
    {
        using var node = await StoppedNode.OpenAsync(DirectoryPath);
        return node.Survivor;
    }

    private async Task RecoverAsync(ClusterId cluster)
    {
        using var node = await StoppedNode.OpenAsync(DirectoryPath);
        await node.RecoverAsync(cluster).WaitAsync(Deadline);
    }

    private async Task DieAsync(bool isWritten)
    {
        using var node = await StoppedNode.OpenAsync(DirectoryPath, (path, events) => new DyingJournal(SqliteJournal.Open(path, events), isWritten));
        await Assert.ThrowsAsync<ProcessDiedException>(() => node.RecoverAsync(New));
    }

    private async Task AssertCanBeDoneAgainAsync(EntryId last)
    {
        var again = new ClusterId(0xabba);
        await RecoverAsync(again);
        var survivor = await LookAsync();
        Assert.Equal(again, survivor.Cluster);
        Assert.True(survivor.IsOnlyVoter);
        Assert.Equal(last, survivor.LastEntry);
    }

    private sealed class ProcessDiedException : Exception;

    /// <summary>The process dies when it hands over the write: before that reached the disk, or before the disk answered.</summary>
    private sealed class DyingJournal(IJournal inner, bool isWritten) : IJournal
    {
        public JournalStatistics Statistics => inner.Statistics;

        public void Recover(GroupId group) => inner.Recover(group);

        public void Enqueue(JournalWrite write)
        {
            if (isWritten)
            {
                inner.Enqueue(write);
            }

            throw new ProcessDiedException();
        }

        public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration) => inner.Trim(group, through, configuration);

        public void Dispose() => inner.Dispose();
    }

    /// <summary>The disk has no space for the write.</summary>
    private sealed class FullJournal(IJournal inner, IJournalEvents events) : IJournal
    {
        public JournalStatistics Statistics => inner.Statistics;

        public void Recover(GroupId group) => inner.Recover(group);

        public void Enqueue(JournalWrite write) => events.Stalled(new StorageProblem(StorageProblemKind.DiskFull, "the disk is full"));

        public void Trim(GroupId group, EntryId through, ClusterConfiguration configuration) => inner.Trim(group, through, configuration);

        public void Dispose() => inner.Dispose();
    }
}
