using Kdd.LoadTest.Reporting;

namespace Kdd.LoadTest.Scenarios;

/// <summary>One measurement, which may give several rows.</summary>
internal sealed record Scenario(string Name, Func<CancellationToken, Task<IReadOnlyList<Row>>> MeasureAsync);

/// <summary>Runs scenarios; a row that misses its bar is measured twice more by itself, and the median of the three decides.</summary>
internal static class ScenarioRun
{
    private const int Retries = 2;

    public static async Task<IReadOnlyList<Row>> RunAsync(IEnumerable<Scenario> scenarios, CancellationToken cancellationToken)
    {
        List<Row> rows = [];
        foreach (Scenario scenario in scenarios)
        {
            Console.Error.WriteLine($"measuring {scenario.Name}");
            List<IReadOnlyList<Row>> rounds = [await scenario.MeasureAsync(cancellationToken)];
            for (int retry = 0; retry < Retries && rounds[0].Any(row => row.Met == false); retry++)
            {
                Console.Error.WriteLine($"  a bar was missed: once more");
                rounds.Add(await scenario.MeasureAsync(cancellationToken));
            }

            foreach (Row row in rounds.SelectMany(round => round).Where(row => row.Met == false))
            {
                Console.Error.WriteLine(FormattableString.Invariant($"  {row.Name}: {row.Ratio ?? row.Value:0.###}, bar {row.Bar}"));
            }

            rows.AddRange(rounds[0].Select(row => MedianOf(rounds, row.Name)));
        }

        return rows;
    }

    private static Row MedianOf(List<IReadOnlyList<Row>> rounds, string name)
    {
        Row[] values = [.. rounds.SelectMany(round => round).Where(row => row.Name == name).OrderBy(row => row.Ratio ?? row.Value)];
        return values[values.Length / 2];
    }
}
