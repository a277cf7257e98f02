namespace Keva.Node.Configuration;

/// <summary>One setting as one layer gives it.</summary>
/// <param name="Path">Its path in HOCON, for example <c>raft.election-timeout</c>.</param>
/// <param name="WrittenAs">How it is called where it stands: the path, a variable, a key of keva.toml.</param>
/// <param name="Text">Its value, if it is a simple one.</param>
/// <param name="NotSimple">Otherwise what it is: "an array".</param>
/// <param name="Origin">Where it stands.</param>
internal sealed record SettingValue(string Path, string WrittenAs, string Text, string? NotSimple, ConfigurationOrigin Origin);
