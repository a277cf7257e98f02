using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Keva.LoadGenerator.Loops;

/// <summary>Tells which of many sockets are ready, as Linux does it: one system call for all.</summary>
internal sealed class Epoll : IDisposable
{
    public const uint In = 0x1;
    public const uint Out = 0x4;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Modify = 3;
    private const int InterruptedCall = 4;
    private const int MaxEvents = 256;

    // struct epoll_event is packed on x86-64 and nowhere else: a word of flags, then the eight bytes that are ours.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventBytes = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly byte[] events = new byte[MaxEvents * EventBytes];
    private readonly byte[] change = new byte[EventBytes];
    private readonly int descriptor = Checked(Create(CloseOnExec));

    public void Register(int socket, int data, uint interest) => Control(Add, socket, data, interest);

    public void Change(int socket, int data, uint interest) => Control(Modify, socket, data, interest);

    /// <summary>Waits until a socket is ready or the time is up, and returns how many are.</summary>
    public int Wait(int milliseconds)
    {
        var count = Wait(descriptor, events, MaxEvents, milliseconds);
        return count < 0 && Marshal.GetLastPInvokeError() == InterruptedCall ? 0 : Checked(count);
    }

    /// <summary>What was registered with the socket that is ready.</summary>
    public int DataOf(int index) => MemoryMarshal.Read<int>(events.AsSpan((index * EventBytes) + DataOffset));

    // A closed socket leaves the set by itself.
    public void Dispose() => _ = Close(descriptor);

    private void Control(int operation, int socket, int data, uint interest)
    {
        MemoryMarshal.Write(change, interest);
        MemoryMarshal.Write(change.AsSpan(DataOffset), (long)data);
        Checked(Control(descriptor, operation, socket, change));
    }

    private static int Checked(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"epoll: {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int operation, int socket, byte[] change);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Wait(int descriptor, [Out] byte[] events, int count, int milliseconds);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
