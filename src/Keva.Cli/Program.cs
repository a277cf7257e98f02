using Keva.Cli;
using Keva.Cli.Commands;

return await CommandRunner.RunAsync(KevaCommands.Create(), args);
