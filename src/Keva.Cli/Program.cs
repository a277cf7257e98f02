using Keva.Cli;
using Keva.Cli.Commands;
using Keva.Cli.Hosting;

SocketThreads.AnswerOnTheirOwn();
return await CommandRunner.RunAsync(KevaCommands.Create(), args);
