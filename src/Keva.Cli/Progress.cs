using Spectre.Console;

namespace Keva.Cli;

/// <summary>Shows on a terminal that something which takes a while goes on. On the standard error: results stay alone.</summary>
internal static class Progress
{
    public static async Task<T> ShowAsync<T>(string what, Func<Task<T>> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            return await work();
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Status().Spinner(Spinner.Known.Line).StartAsync(Markup.Escape(what) + "…", _ => Task.Run(work));
    }

    public static Task ShowAsync(string what, Func<Task> work) => ShowAsync(what, async () =>
    {
        await work();
        return true;
    });
}
