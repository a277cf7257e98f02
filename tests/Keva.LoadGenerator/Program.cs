using System.Net.Sockets;
using System.Text.Json;
using Keva.LoadGenerator.Jobs;

// One job in JSON per line of the input, one result in JSON per line of the output; ends with its input.
while (Console.In.ReadLine() is { } line)
{
    try
    {
        var job = JsonSerializer.Deserialize<LoadJob>(line) ?? throw new JsonException("a job is an object");
        Console.Out.WriteLine(JsonSerializer.Serialize(JobRunner.Run(job)));
    }
    catch (Exception exception) when (exception is JsonException or SocketException or IOException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

return 0;
