using Keva.Simulator.CommandLine;

return SimulatorCommand.Run(args);
