using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Keva.Cluster.Tests.Harness;

/// <summary>The signals that the tests send; their numbers on this system.</summary>
internal enum UnixSignal
{
    Interrupt,
    Kill,
    Terminate,
    Stop,
    Continue,
}

/// <summary>Sends a signal to one process, which must be one that the tests have started.</summary>
internal static class UnixSignals
{
    public static void Send(this Process process, UnixSignal signal) => Send(process.Id, signal);

    public static void Send(int processId, UnixSignal signal)
    {
        if (SendSignal(processId, NumberOf(signal)) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{signal} to process {processId}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Whether there is a process of that number, one that nobody has waited for included.</summary>
    public static bool Exists(int processId) => SendSignal(processId, 0) == 0;

    private static int NumberOf(UnixSignal signal) => signal switch
    {
        UnixSignal.Interrupt => 2,
        UnixSignal.Kill => 9,
        UnixSignal.Terminate => 15,
        UnixSignal.Stop => OperatingSystem.IsMacOS() ? 17 : 19,
        UnixSignal.Continue => OperatingSystem.IsMacOS() ? 19 : 18,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "an unknown signal"),
    };

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
