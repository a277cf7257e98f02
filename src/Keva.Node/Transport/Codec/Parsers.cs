using Google.Protobuf;

namespace Keva.Node.Transport.Codec;

/// <summary>
/// Parsers that forget the fields that they do not know instead of storing them. The messages of Raft are compared with
/// what this program would have written, which gives such fields away.
/// </summary>
internal static class Parsers
{
    public static readonly MessageParser<Wire.Greeting> Greeting = Forgetful(Wire.Greeting.Parser);
    public static readonly MessageParser<Wire.Refusal> Refusal = Forgetful(Wire.Refusal.Parser);
    public static readonly MessageParser<Wire.PreVoteRequest> PreVoteRequest = Forgetful(Wire.PreVoteRequest.Parser);
    public static readonly MessageParser<Wire.PreVoteResponse> PreVoteResponse = Forgetful(Wire.PreVoteResponse.Parser);
    public static readonly MessageParser<Wire.VoteRequest> VoteRequest = Forgetful(Wire.VoteRequest.Parser);
    public static readonly MessageParser<Wire.VoteResponse> VoteResponse = Forgetful(Wire.VoteResponse.Parser);
    public static readonly MessageParser<Wire.TimeoutNow> TimeoutNow = Forgetful(Wire.TimeoutNow.Parser);
    public static readonly MessageParser<Wire.AppendEntriesRequest> AppendEntriesRequest = Forgetful(Wire.AppendEntriesRequest.Parser);
    public static readonly MessageParser<Wire.AppendEntriesAccepted> AppendEntriesAccepted = Forgetful(Wire.AppendEntriesAccepted.Parser);
    public static readonly MessageParser<Wire.AppendEntriesRejected> AppendEntriesRejected = Forgetful(Wire.AppendEntriesRejected.Parser);
    public static readonly MessageParser<Wire.CommitNotice> CommitNotice = Forgetful(Wire.CommitNotice.Parser);
    public static readonly MessageParser<Wire.HeartbeatRequest> HeartbeatRequest = Forgetful(Wire.HeartbeatRequest.Parser);
    public static readonly MessageParser<Wire.HeartbeatResponse> HeartbeatResponse = Forgetful(Wire.HeartbeatResponse.Parser);
    public static readonly MessageParser<Wire.InstallSnapshotRequest> InstallSnapshotRequest = Forgetful(Wire.InstallSnapshotRequest.Parser);
    public static readonly MessageParser<Wire.InstallSnapshotResponse> InstallSnapshotResponse = Forgetful(Wire.InstallSnapshotResponse.Parser);
    public static readonly MessageParser<Wire.ForwardProposals> ForwardProposals = Forgetful(Wire.ForwardProposals.Parser);
    public static readonly MessageParser<Wire.ForwardRefused> ForwardRefused = Forgetful(Wire.ForwardRefused.Parser);
    public static readonly MessageParser<Wire.ReadIndexRequest> ReadIndexRequest = Forgetful(Wire.ReadIndexRequest.Parser);
    public static readonly MessageParser<Wire.ReadIndexResponse> ReadIndexResponse = Forgetful(Wire.ReadIndexResponse.Parser);
    public static readonly MessageParser<Wire.ForwardChange> ForwardChange = Forgetful(Wire.ForwardChange.Parser);
    public static readonly MessageParser<Wire.ForwardChangeAnswer> ForwardChangeAnswer = Forgetful(Wire.ForwardChangeAnswer.Parser);
    public static readonly MessageParser<Wire.ForwardTransfer> ForwardTransfer = Forgetful(Wire.ForwardTransfer.Parser);
    public static readonly MessageParser<Wire.MembershipEnded> MembershipEnded = Forgetful(Wire.MembershipEnded.Parser);

    private static MessageParser<T> Forgetful<T>(MessageParser<T> parser)
        where T : IMessage<T> => parser.WithDiscardUnknownFields(discardUnknownFields: true);
}
