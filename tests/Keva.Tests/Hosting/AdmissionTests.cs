using Keva.Node.Hosting;
using Keva.Raft;
using Keva.Raft.Membership;

namespace Keva.Tests.Hosting;

public sealed class AdmissionTests
{
    private static readonly NodeId Self = new(3);
    private static readonly ClusterConfiguration Without = Of(1, 2);
    private static readonly ClusterConfiguration With = Of(1, 2, 3);

    [Fact]
    public void A_node_is_admitted_only_by_a_committed_configuration_and_an_undone_one_is_no_removal()
    {
        var admission = Begun(isAdmitted: false);
        admission.OnConfiguration(With, committed: false);
        Assert.Equal((false, true, false), (admission.IsAdmitted, admission.IsNamed, admission.HasEnded));

        admission.OnConfiguration(Without, committed: true);
        Assert.Equal((false, false, false), (admission.IsAdmitted, admission.IsNamed, admission.HasEnded));

        admission.OnConfiguration(With, committed: true);
        Assert.True(admission.IsAdmitted);
    }

    [Fact]
    public void A_member_that_was_restarted_stays_admitted_whatever_of_its_log_is_committed()
    {
        var admission = Begun(isAdmitted: true);
        admission.OnConfiguration(With, committed: false);
        Assert.True(admission.IsAdmitted);
    }

    [Fact]
    public void A_removal_ends_a_membership_once_it_is_committed()
    {
        var admission = Begun(isAdmitted: true);
        admission.OnConfiguration(With, committed: true);
        admission.OnConfiguration(Without, committed: false);
        Assert.False(admission.HasEnded);

        admission.OnConfiguration(Without, committed: true);
        Assert.True(admission.HasEnded);
    }

    [Fact]
    public void A_node_that_left_is_a_member_again_only_if_it_is_told_to_join()
    {
        var left = Begun(isAdmitted: true);
        left.OnConfiguration(Without, committed: true);
        Assert.Equal((true, false), (left.IsAdmitted, left.HasEnded));

        var again = Begun(isAdmitted: true, isToldToJoin: true);
        again.OnConfiguration(Without, committed: true);
        Assert.False(again.IsAdmitted);
    }

    [Fact]
    public void A_member_may_have_been_removed_unseen_unless_it_holds_the_committed_removal()
    {
        var member = Begun(isAdmitted: true);
        member.OnConfiguration(With, committed: true);
        Assert.True(member.CanHaveEndedUnseen);

        member.OnConfiguration(Without, committed: false);
        Assert.True(member.CanHaveEndedUnseen);

        member.OnConfiguration(Without, committed: true);
        Assert.False(member.CanHaveEndedUnseen);

        var stranger = Begun(isAdmitted: false);
        stranger.OnConfiguration(Without, committed: false);
        Assert.False(stranger.CanHaveEndedUnseen);
    }

    private static Admission Begun(bool isAdmitted, bool isToldToJoin = false)
    {
        var admission = new Admission(Self, isToldToJoin);
        admission.Begin(isAdmitted);
        return admission;
    }

    private static ClusterConfiguration Of(params ulong[] ids) =>
        ClusterConfiguration.OfVoters(ids.Select(id => new Member(new NodeId(id), $"n{id}", $"n{id}:3700", $"n{id}:3800")));
}
