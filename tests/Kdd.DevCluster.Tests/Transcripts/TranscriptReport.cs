using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Kdd.DevCluster.Tests.Transcripts;
using Xunit;

[assembly: AssemblyFixture(typeof(TranscriptReport))]

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>
/// What the suites found, case by case. At the end it is written to the file that <c>KDD_TRANSCRIPT_REPORT</c> names;
/// <c>make test</c> prints it.
/// </summary>
public sealed class TranscriptReport : IDisposable
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _found = new(StringComparer.Ordinal);

    /// <summary>Takes a case's differences and fails when there are any.</summary>
    public void Check(string name, IReadOnlyList<string> differences)
    {
        Add(name, differences);
        Assert.True(differences.Count == 0, $"{name}:\n  {string.Join("\n  ", differences)}");
    }

    /// <summary>Takes a case's differences.</summary>
    public void Add(string name, IReadOnlyList<string> differences) => _found[name] = differences;

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("KDD_TRANSCRIPT_REPORT") is { Length: > 0 } path)
        {
            File.WriteAllText(path, Write());
        }
    }

    private string Write()
    {
        var (report, alike, different, outside, missing) = (new StringBuilder(), 0, 0, 0, 0);
        foreach (var transcript in TranscriptCase.ReadAll())
        {
            if (_found.TryGetValue(transcript.Name, out var differences))
            {
                _ = differences.Count == 0 ? alike++ : different++;
                foreach (string difference in differences)
                {
                    report.AppendLine(CultureInfo.InvariantCulture, $"DIFFERENT    {transcript.Name}: {difference}");
                }
            }
            else if (Coverage.ReasonOutside(transcript) is { } reason)
            {
                outside++;
                report.AppendLine(CultureInfo.InvariantCulture, $"not covered  {transcript.Name}: {reason}");
            }
            else
            {
                missing++;
                report.AppendLine(CultureInfo.InvariantCulture, $"NOT RUN      {transcript.Name}");
            }
        }

        return report.AppendLine(CultureInfo.InvariantCulture, $"transcripts: {alike} alike, {outside} not covered, {different} different, {missing} not run").ToString();
    }
}
