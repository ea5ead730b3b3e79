using System.CommandLine;
using Kdd.LoadTest.Reporting;
using Kdd.LoadTest.Scenarios;

Option<string> only = new("--only") { Description = "Measure only scenarios whose name begins with this.", DefaultValueFactory = _ => "" };
Option<DirectoryInfo> results = new("--results") { Description = "Folder that latest.json and latest.md are written to.", DefaultValueFactory = _ => new("bench/results") };
RootCommand command = new("Measures the whole system as processes, side by side with its peers.") { only, results };
command.SetAction(async (arguments, cancellationToken) =>
{
    Scenario[] scenarios = [.. DevClusterScenarios.All.Concat(GatewayScenarios.All).Concat(PathScenarios.All).Concat(ResourceScenarios.All).Where(scenario => scenario.Name.StartsWith(arguments.GetRequiredValue(only), StringComparison.Ordinal))];
    IReadOnlyList<Row> rows = await ScenarioRun.RunAsync(scenarios, cancellationToken);
    string table = Report.Markdown(rows, Machine.Line());
    DirectoryInfo folder = arguments.GetRequiredValue(results);
    folder.Create();
    await File.WriteAllTextAsync(Path.Combine(folder.FullName, "latest.json"), Report.Json(rows), cancellationToken);
    Console.WriteLine(table);
    return rows.All(row => row.Met != false) ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
