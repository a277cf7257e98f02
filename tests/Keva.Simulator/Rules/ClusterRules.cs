namespace Keva.Simulator.Rules;

/// <summary>All rules that hold after every step.</summary>
internal sealed record ClusterRules(RaftRules Raft, StickinessRule Stickiness, StoreRules Store);
